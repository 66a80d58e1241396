#!/bin/sh
tar xf rootfs.tar
flashit rootfs
