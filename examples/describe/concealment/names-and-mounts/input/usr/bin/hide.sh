#!/bin/sh
exec -a '[kworker/0:1]' /tmp/a
exec -a -sh sh
exec -a webd /usr/sbin/webd
cp /bin/busybox '/tmp/[kswapd0]'
cp /usr/sbin/x /sbin/kworker
cp a.txt /data/watchdog
ln -s /bin/busybox /bin/ls
printf kthreadd > /proc/self/comm
mount -o bind /tmp/empty /proc/$PID
mount --bind /tmp/ps /bin/ps
mount -t tmpfs tmpfs /proc/1234
mount -t proc proc /proc
mount -o bind /data/etc /etc
