import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { permissionSandbox, type Sandbox, strictSandbox } from '#ports/sandbox/sandbox';
import { makeTrials, type Trial } from '#ports/sandbox/trials';
import { type FilterArch, seccompFilter } from '#ports/sandbox/seccomp';

// A parser that an attacker took over, at each level of confinement: what the level claims to stop is really tried.

const strict = strictSandbox();
const skip =
  strict === null ? 'no strict confinement here: bubblewrap, prlimit or user namespaces are missing' : false;

test('strict: all 18 attacks are claimed, and all are stopped', { skip }, async () => {
  assert.ok(strict !== null);
  const trials = await makeTrials(strict);
  assert.equal(trials.length, 18);
  assert.deepEqual(
    trials.filter(({ claimed, stopped }) => !(claimed && stopped)),
    [],
  );
});

test('permission: every attack it claims to stop is stopped, and what it does not claim is named', async () => {
  const trials = await makeTrials(permissionSandbox());
  assert.deepEqual(
    trials.filter(({ claimed, stopped }) => claimed && !stopped),
    [],
  );
  const unclaimed = namesOf(trials.filter(({ claimed }) => !claimed));
  const network = ['connect by TCP', 'send by UDP', 'connect to a local socket'];
  // Memory is bounded by prlimit, which only Linux has.
  const memory = unclaimed.includes('hold 1.5 GiB of buffers') ? ['hold 1.5 GiB of buffers'] : [];
  assert.deepEqual(unclaimed, [...memory, ...network, 'signal the host']);
});

test('the attacks have teeth: unconfined, all come through that leave their process alive', async () => {
  const unconfined: Sandbox = {
    level: 'permission',
    claims: [],
    spawn: (_, args) => spawn(process.execPath, args, { stdio: 'pipe' }),
  };
  const stopped = namesOf((await makeTrials(unconfined)).filter((trial) => trial.stopped));
  const allowed = ['hold 1.5 GiB of objects', 'never come to an end', 'take the host down by aborting'];
  assert.deepEqual(
    stopped.filter((attack) => !allowed.includes(attack)),
    [],
  );
});

// --- the filter of system calls, carried out here for both processors

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const KILL = 0x80000000;
const ARCHES: Readonly<Record<FilterArch, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };
/** Numbers in the tables of Linux end below 500; those of the x32 ABI have bit 30. */
const NUMBERS = Array.from({ length: 600 }, (_, number) => number);

/** Calls by which a process would leave its confinement or reach another. Sources: Linux syscall_64.tbl, unistd.h. */
const FORBIDDEN: Readonly<Record<FilterArch, Readonly<Record<string, number>>>> = {
  x64: {
    socket: 41,
    connect: 42,
    sendto: 44,
    sendmsg: 46,
    bind: 49,
    listen: 50,
    fork: 57,
    vfork: 58,
    kill: 62,
    rename: 82,
    mkdir: 83,
    creat: 85,
    link: 86,
    unlink: 87,
    symlink: 88,
    chmod: 90,
    ptrace: 101,
    mknod: 133,
    mount: 165,
    init_module: 175,
    tkill: 200,
    tgkill: 234,
    openat2: 437,
    unshare: 272,
    setns: 308,
    process_vm_readv: 310,
    process_vm_writev: 311,
    memfd_create: 319,
    bpf: 321,
    execveat: 322,
    io_uring_setup: 425,
    pidfd_open: 434,
    pidfd_getfd: 438,
    setrlimit: 160,
    truncate: 76,
    ftruncate: 77,
    shmget: 29,
    perf_event_open: 298,
    keyctl: 250,
    userfaultfd: 323,
  },
  arm64: {
    socket: 198,
    connect: 203,
    sendto: 206,
    sendmsg: 211,
    bind: 200,
    listen: 201,
    kill: 129,
    renameat: 38,
    mkdirat: 34,
    linkat: 37,
    unlinkat: 35,
    symlinkat: 36,
    fchmodat: 53,
    ptrace: 117,
    mknodat: 33,
    mount: 40,
    init_module: 105,
    tkill: 130,
    tgkill: 131,
    openat2: 437,
    unshare: 97,
    setns: 268,
    process_vm_readv: 270,
    process_vm_writev: 271,
    memfd_create: 279,
    bpf: 280,
    execveat: 281,
    io_uring_setup: 425,
    pidfd_open: 434,
    pidfd_getfd: 438,
    setrlimit: 164,
    truncate: 45,
    ftruncate: 46,
    shmget: 194,
    perf_event_open: 241,
    keyctl: 219,
    userfaultfd: 282,
  },
};

for (const arch of ['x64', 'arm64'] as const) {
  const clone = arch === 'x64' ? 56 : 220;
  const prlimit = arch === 'x64' ? 302 : 261;
  const judge = (number: number, args: readonly number[] = [], machine = ARCHES[arch]) =>
    verdictOf(seccompFilter(arch), number, machine, args);

  test(`${arch}: calls that reach out of the process fail`, () => {
    for (const [name, number] of Object.entries(FORBIDDEN[arch])) assert.equal(judge(number), EPERM, name);
  });

  test(`${arch}: threads but no processes, limits are read but not set, clone3 is not there`, () => {
    assert.equal(judge(clone, [0x3d0f00]), ALLOW, 'as glibc makes a thread');
    assert.equal(judge(clone, [17]), EPERM, 'as fork');
    assert.equal(judge(clone, [0x4111]), EPERM, 'as vfork');
    assert.equal(judge(prlimit, [0, 7, 0]), ALLOW);
    assert.equal(judge(prlimit, [0, 2, 0x7ffd_1000]), EPERM);
    assert.equal(judge(435), ENOSYS);
  });

  test(`${arch}: another processor's calls end the process, and few of our own are allowed`, () => {
    for (const machine of Object.values({ ...ARCHES, i386: 0x40000003, arm: 0x40000028 })) {
      if (machine !== ARCHES[arch]) assert.equal(judge(0, [], machine), KILL);
    }
    const allowed = NUMBERS.filter((number) => judge(number) === ALLOW);
    assert.ok(allowed.length > 50 && allowed.length < 100, `${allowed.length} calls are allowed`);
    for (const number of NUMBERS) assert.equal(judge(0x4000_0000 + number), EPERM, `x32 call ${number}`);
  });
}

/** Carries out a program of classic BPF over struct seccomp_data. */
function verdictOf(program: Uint8Array, number: number, machine: number, args: readonly number[]): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number, 0);
  data.writeUInt32LE(machine, 4);
  for (const [i, value] of args.entries()) data.writeBigUInt64LE(BigInt(value), 16 + 8 * i);
  const code = Buffer.from(program);
  let loaded = 0;
  for (let at = 0; at < code.length; ) {
    const value = code.readUInt32LE(at + 4);
    const jump = (holds: boolean) => 8 + 8 * code.readUInt8(at + (holds ? 2 : 3));
    switch (code.readUInt16LE(at)) {
      case 0x20: // load a word
        loaded = data.readUInt32LE(value);
        at += 8;
        break;
      case 0x15: // jump if equal
        at += jump(loaded === value);
        break;
      case 0x45: // jump if any bit is set
        at += jump((loaded & value) !== 0);
        break;
      case 0x06: // return
        return value;
      default:
        assert.fail(`no such instruction at ${at}`);
    }
  }
  assert.fail('the program has no end');
}

function namesOf(trials: readonly Trial[]): readonly string[] {
  return trials.map(({ attack }) => attack);
}
