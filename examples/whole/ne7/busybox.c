/* Stands in for the multi-call binary of a real router: it has the names, not the functions. */
static const char names[] = "getty\0ifconfig\0login\0ntpd\0reboot\0sh\0telnetd\0udhcpc\0";

void _start(void) {
  volatile const char *p = names;
  for (;;) (void)*p;
}
