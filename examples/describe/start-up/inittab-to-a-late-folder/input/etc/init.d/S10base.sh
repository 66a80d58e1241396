#!/bin/sh
mount -t proc proc /proc
xmldb -n board &
