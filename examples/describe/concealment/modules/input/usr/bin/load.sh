#!/bin/sh
insmod /lib/modules/5.4/net/tap-x.ko
