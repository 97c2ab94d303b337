/* SPDX-License-Identifier: MIT */
/* Runs a program and kills it (SIGKILL) in its Nth act on a file: before a rename, a cut, an fsync
 * or the making or removal of a file; in the middle of a write, of which the first half is done.
 * usage: kill_in_write N PROGRAM arguments...; N = 0 lets it live and prints how many acts there
 * were. Ends with 137 when the program was killed, with its own code otherwise; 77 where ptrace is
 * not allowed. Acts of children (packmol, gnuplot) and on standard output are not counted. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#define KILLED 137
#define SKIPPED 77

typedef struct ptrace_syscall_info call_info;

static bool is_write(const call_info *call)
{
    return (call->entry.nr == SYS_write || call->entry.nr == SYS_pwrite64) &&
           call->entry.args[0] > 2;
}

static bool is_act(const call_info *call)
{
    switch (call->entry.nr) {
    case SYS_openat:
        return (call->entry.args[2] & O_CREAT) != 0;
    case SYS_renameat2:
    case SYS_renameat:
    case SYS_unlinkat:
    case SYS_mkdirat:
    case SYS_ftruncate:
    case SYS_fsync:
    case SYS_fdatasync:
#ifdef SYS_rename
    case SYS_rename:
    case SYS_unlink:
    case SYS_mkdir:
#endif
        return true;
    default:
        return is_write(call);
    }
}

/* Lets only the first half of a write happen, where its size can be set. */
static bool halve(pid_t thread, const call_info *call)
{
#ifdef __x86_64__
    struct user_regs_struct registers;
    if (!is_write(call) || call->entry.args[2] < 2 ||
        ptrace(PTRACE_GETREGS, thread, NULL, &registers) != 0)
        return false;
    registers.rdx = call->entry.args[2] / 2;
    return ptrace(PTRACE_SETREGS, thread, NULL, &registers) == 0;
#else
    return (void)thread, (void)call, false;
#endif
}

typedef struct watch {
    pid_t program;
    long wanted, acts;
    pid_t torn; /* the thread that is about to leave its last write */
} watch;

/* A thread stands before or behind a call. */
static void look(watch *w, pid_t thread)
{
    call_info call;
    if (thread == w->torn) {
        kill(w->program, SIGKILL);
        return;
    }
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof call, &call) <= 0 ||
        call.op != PTRACE_SYSCALL_INFO_ENTRY || !is_act(&call))
        return;
    if (++w->acts != w->wanted)
        return;
    if (halve(thread, &call))
        w->torn = thread;
    else
        kill(w->program, SIGKILL);
}

/* To the end of the program; gives its code. */
static int follow(watch *w)
{
    for (;;) {
        int status;
        const pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0)
            return SKIPPED;
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (thread == w->program)
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int pass = WSTOPSIG(status);
        if (pass == (SIGTRAP | 0x80))
            look(w, thread);
        if (pass == (SIGTRAP | 0x80) || pass == SIGTRAP || pass == SIGSTOP)
            pass = 0;
        ptrace(PTRACE_SYSCALL, thread, NULL, pass);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 64;
    watch w = {.wanted = atol(argv[1]), .program = fork()};
    if (w.program == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(SKIPPED);
        raise(SIGSTOP);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    int status;
    if (w.program < 0 || waitpid(w.program, &status, 0) < 0 || !WIFSTOPPED(status))
        return SKIPPED;
    ptrace(PTRACE_SETOPTIONS, w.program, NULL,
           PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL);
    ptrace(PTRACE_SYSCALL, w.program, NULL, 0);
    const int code = follow(&w);
    if (w.wanted == 0)
        printf("%ld\n", w.acts);
    return code;
}
