/* Limits first, then no new rights, then the system calls that are left. */
#include "jail.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEBIBYTE (1024UL * 1024)

enum { CPU_SECONDS = 2, MEMORY_MIB = 256 };

static bool limit(int resource, rlim_t most)
{
	return setrlimit(resource, &(struct rlimit){most, most}) == 0;
}

static bool limits_set(void)
{
#ifndef __SANITIZE_ADDRESS__ /* whose shadow is terabytes of address space */
	if (!limit(RLIMIT_AS, MEMORY_MIB * MEBIBYTE))
		return false;
#endif
	return limit(RLIMIT_CPU, CPU_SECONDS) && limit(RLIMIT_NOFILE, 0) && limit(RLIMIT_NPROC, 0) &&
	       limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_MSGQUEUE, 0) && limit(RLIMIT_MEMLOCK, 0);
}

#ifdef __SANITIZE_ADDRESS__
static bool calls_filter(void)
{
	return true; /* it makes calls of its own; the programs that run are built without it */
}
#else
static bool calls_filter(void)
{
	static const int plain[] = {SCMP_SYS(exit),   SCMP_SYS(exit_group), SCMP_SYS(brk),
	                            SCMP_SYS(munmap), SCMP_SYS(mremap),     SCMP_SYS(rt_sigreturn)};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool done = filter != NULL;
	for (size_t i = 0; done && i < sizeof plain / sizeof *plain; i++)
		done = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain[i], 0) == 0;
	done = done &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, SCMP_A0_32(SCMP_CMP_EQ, STDIN_FILENO)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, SCMP_A0_32(SCMP_CMP_EQ, STDOUT_FILENO)) == 0 &&
	       /* memory, and none that could be run */
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
	                        SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS)) == 0 &&
	       seccomp_load(filter) == 0;
	if (filter != NULL)
		seccomp_release(filter);
	return done;
}
#endif

bool jail_enter(void)
{
	return limits_set() && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       calls_filter();
}
