/** Numbers of the system calls a worker needs, by processor. Sources: Linux arch/x86/entry/syscalls/syscall_64.tbl and
 *  include/uapi/asm-generic/unistd.h (arm64). */
const CALLS: Readonly<Record<string, { readonly x64: number | null; readonly arm64: number | null }>> = {
  read: { x64: 0, arm64: 63 },
  write: { x64: 1, arm64: 64 },
  close: { x64: 3, arm64: 57 },
  stat: { x64: 4, arm64: null },
  fstat: { x64: 5, arm64: 80 },
  lstat: { x64: 6, arm64: null },
  poll: { x64: 7, arm64: null },
  lseek: { x64: 8, arm64: 62 },
  mmap: { x64: 9, arm64: 222 },
  mprotect: { x64: 10, arm64: 226 },
  munmap: { x64: 11, arm64: 215 },
  brk: { x64: 12, arm64: 214 },
  rt_sigaction: { x64: 13, arm64: 134 },
  rt_sigprocmask: { x64: 14, arm64: 135 },
  rt_sigreturn: { x64: 15, arm64: 139 },
  ioctl: { x64: 16, arm64: 29 },
  pread64: { x64: 17, arm64: 67 },
  readv: { x64: 19, arm64: 65 },
  writev: { x64: 20, arm64: 66 },
  access: { x64: 21, arm64: null },
  sched_yield: { x64: 24, arm64: 124 },
  mremap: { x64: 25, arm64: 216 },
  mincore: { x64: 27, arm64: 232 },
  madvise: { x64: 28, arm64: 233 },
  dup: { x64: 32, arm64: 23 },
  nanosleep: { x64: 35, arm64: 101 },
  getpid: { x64: 39, arm64: 172 },
  // bubblewrap starts Node after the filter is in force; nothing but Node is there to be started.
  execve: { x64: 59, arm64: 221 },
  exit: { x64: 60, arm64: 93 },
  uname: { x64: 63, arm64: 160 },
  fcntl: { x64: 72, arm64: 25 },
  getcwd: { x64: 79, arm64: 17 },
  readlink: { x64: 89, arm64: null },
  sysinfo: { x64: 99, arm64: 179 },
  getuid: { x64: 102, arm64: 174 },
  getgid: { x64: 104, arm64: 176 },
  geteuid: { x64: 107, arm64: 175 },
  getegid: { x64: 108, arm64: 177 },
  getppid: { x64: 110, arm64: 173 },
  sigaltstack: { x64: 131, arm64: 132 },
  getpriority: { x64: 140, arm64: 141 },
  sched_getparam: { x64: 143, arm64: 121 },
  sched_getscheduler: { x64: 145, arm64: 120 },
  prctl: { x64: 157, arm64: 167 },
  arch_prctl: { x64: 158, arm64: null },
  gettid: { x64: 186, arm64: 178 },
  futex: { x64: 202, arm64: 98 },
  sched_getaffinity: { x64: 204, arm64: 123 },
  getdents64: { x64: 217, arm64: 61 },
  set_tid_address: { x64: 218, arm64: 96 },
  clock_gettime: { x64: 228, arm64: 113 },
  clock_getres: { x64: 229, arm64: 114 },
  clock_nanosleep: { x64: 230, arm64: 115 },
  exit_group: { x64: 231, arm64: 94 },
  epoll_wait: { x64: 232, arm64: null },
  epoll_ctl: { x64: 233, arm64: 21 },
  openat: { x64: 257, arm64: 56 },
  newfstatat: { x64: 262, arm64: 79 },
  readlinkat: { x64: 267, arm64: 78 },
  faccessat: { x64: 269, arm64: 48 },
  ppoll: { x64: 271, arm64: 73 },
  set_robust_list: { x64: 273, arm64: 99 },
  epoll_pwait: { x64: 281, arm64: 22 },
  eventfd2: { x64: 290, arm64: 19 },
  epoll_create1: { x64: 291, arm64: 20 },
  dup3: { x64: 292, arm64: 24 },
  pipe2: { x64: 293, arm64: 59 },
  getrandom: { x64: 318, arm64: 278 },
  membarrier: { x64: 324, arm64: 283 },
  statx: { x64: 332, arm64: 291 },
  rseq: { x64: 334, arm64: 293 },
  faccessat2: { x64: 439, arm64: 439 },
};

/** Processors a filter can be made for. */
export type FilterArch = 'x64' | 'arm64';

const AUDIT_ARCH: Record<FilterArch, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
const CLONE: Record<FilterArch, number> = { x64: 56, arm64: 220 };
const PRLIMIT64: Record<FilterArch, number> = { x64: 302, arm64: 261 };
const CLONE3 = 435;
const CLONE_THREAD = 0x10000;

const EPERM = 1;
const ENOSYS = 38;

// Opcodes of classic BPF and verdicts of seccomp: linux/bpf_common.h, linux/seccomp.h
const LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;

// Offsets in struct seccomp_data; arguments are 64 bits each, the low word first on both processors.
const NUMBER_AT = 0;
const ARCH_AT = 4;
const ARGUMENT_0_AT = 16;
const ARGUMENT_2_AT = 32;

interface Instruction {
  readonly code: number;
  readonly ifTrue: number;
  readonly ifFalse: number;
  readonly value: number;
}

/** A seccomp program, as bubblewrap's `--seccomp` reads it: what {@link CALLS} lists is allowed, threads may be made but
 *  no processes, limits may be read but not set, the rest fails with EPERM. Calls of another processor's ABI end the process. */
export function seccompFilter(arch: FilterArch): Uint8Array {
  const numbers = Object.values(CALLS).flatMap((call) => call[arch] ?? []);
  const program: Instruction[] = [
    { code: LOAD_WORD, ifTrue: 0, ifFalse: 0, value: ARCH_AT },
    { code: JUMP_EQUAL, ifTrue: 1, ifFalse: 0, value: AUDIT_ARCH[arch] },
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: KILL_PROCESS },
    { code: LOAD_WORD, ifTrue: 0, ifFalse: 0, value: NUMBER_AT },
    // glibc makes threads with clone3 where it can; told that there is none, it uses clone, whose flags can be read here.
    { code: JUMP_EQUAL, ifTrue: 0, ifFalse: 1, value: CLONE3 },
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: ERRNO | ENOSYS },
    { code: JUMP_EQUAL, ifTrue: 0, ifFalse: 4, value: CLONE[arch] },
    { code: LOAD_WORD, ifTrue: 0, ifFalse: 0, value: ARGUMENT_0_AT },
    { code: JUMP_ANY_BIT, ifTrue: 0, ifFalse: 1, value: CLONE_THREAD },
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: ALLOW },
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: ERRNO | EPERM },
    { code: JUMP_EQUAL, ifTrue: 0, ifFalse: 4, value: PRLIMIT64[arch] },
    { code: LOAD_WORD, ifTrue: 0, ifFalse: 0, value: ARGUMENT_2_AT },
    { code: JUMP_EQUAL, ifTrue: 0, ifFalse: 1, value: 0 },
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: ALLOW },
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: ERRNO | EPERM },
    // Each comparison jumps to the last instruction, which allows.
    ...numbers.map((value, i) => ({ code: JUMP_EQUAL, ifTrue: numbers.length - i, ifFalse: 0, value })),
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: ERRNO | EPERM },
    { code: RETURN, ifTrue: 0, ifFalse: 0, value: ALLOW },
  ];
  return encode(program);
}

/** struct sock_filter: code u16, jump if true u8, jump if false u8, value u32, little endian on both processors. */
function encode(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [i, { code, ifTrue, ifFalse, value }] of program.entries()) {
    bytes.writeUInt16LE(code, i * 8);
    bytes.writeUInt8(ifTrue, i * 8 + 2);
    bytes.writeUInt8(ifFalse, i * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, i * 8 + 4);
  }
  return bytes;
}
