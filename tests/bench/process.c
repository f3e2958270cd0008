/* What the parts of a service spend: /proc, read where a measurement begins and ends. */
#include "load.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TREES_MAX = 8, PROCESSES_MAX = 4096 };

static struct tree {
	char name[16];
	int pid;
	long ticks; /* both at their mark */
	double memory;
} trees[TREES_MAX];
static int tree_count;

static struct process {
	int pid, parent;
	long ticks; /* its own, and those of children that have ended */
} processes[PROCESSES_MAX];
static int process_count;

static long own_mark, busy_mark;

void process_add(const char *name_pid)
{
	const char *equals = strchr(name_pid, '=');
	if (equals == NULL || tree_count == TREES_MAX)
		die("--process takes name=pid, at most %d times", TREES_MAX);
	struct tree *tree = &trees[tree_count++];
	snprintf(tree->name, sizeof tree->name, "%.*s", (int)(equals - name_pid), name_pid);
	tree->pid = atoi(equals + 1);
	char path[64];
	snprintf(path, sizeof path, "/proc/%d", tree->pid);
	if (access(path, F_OK) != 0)
		die("there is no process %s", name_pid);
}

static bool process_read(int pid, struct process *process)
{
	char path[64], line[1024];
	long user, system, children_user, children_system;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		return false;
	const char *after = fgets(line, sizeof line, file) != NULL ? strrchr(line, ')') : NULL;
	fclose(file);
	process->pid = pid;
	if (after == NULL || sscanf(after, ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld %ld %ld", &process->parent,
	                            &user, &system, &children_user, &children_system) != 5)
		return false;
	process->ticks = user + system + children_user + children_system;
	return true;
}

static void processes_read(void)
{
	DIR *directory = opendir("/proc");
	if (directory == NULL)
		die("/proc cannot be read");
	process_count = 0;
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		int pid = atoi(entry->d_name);
		if (pid > 0 && process_count < PROCESSES_MAX && process_read(pid, &processes[process_count]))
			process_count++;
	}
	closedir(directory);
}

static bool is_below(const struct process *process, int root)
{
	for (int depth = 0; depth < 16; depth++) {
		if (process->pid == root)
			return true;
		const struct process *parent = NULL;
		for (int i = 0; i < process_count && parent == NULL; i++)
			if (processes[i].pid == process->parent)
				parent = &processes[i];
		if (parent == NULL)
			return false;
		process = parent;
	}
	return false;
}

static long tree_ticks(const struct tree *tree)
{
	long ticks = 0;
	for (int i = 0; i < process_count; i++)
		if (is_below(&processes[i], tree->pid))
			ticks += processes[i].ticks;
	return ticks;
}

static long own_ticks(void)
{
	struct process own;
	return process_read(getpid(), &own) ? own.ticks : 0;
}

/* All that the machine has done, by whomever. */
static long busy_ticks(void)
{
	long user = 0, nice = 0, system = 0, interrupts = 0, soft = 0;
	FILE *file = fopen("/proc/stat", "r");
	if (file == NULL || fscanf(file, "cpu %ld %ld %ld %*d %*d %ld %ld", &user, &nice, &system, &interrupts, &soft) != 5)
		die("/proc/stat cannot be read");
	fclose(file);
	return user + nice + system + interrupts + soft;
}

void process_mark(void)
{
	processes_read();
	for (int i = 0; i < tree_count; i++)
		trees[i].ticks = tree_ticks(&trees[i]);
	own_mark = own_ticks();
	busy_mark = busy_ticks();
}

/* cpu_<name>: microseconds a message. load_core: the generator's share of a core; load_share: of all that was spent
 * for this load; other_cores: what was spent by strangers meanwhile, in cores. */
void process_print_cpu(uint64_t nanoseconds, double messages)
{
	double tick = 1e6 / (double)sysconf(_SC_CLK_TCK), elapsed = (double)nanoseconds / 1e3, sum = 0;
	double own = (double)(own_ticks() - own_mark) * tick, busy = (double)(busy_ticks() - busy_mark) * tick;
	processes_read();
	for (int i = 0; i < tree_count; i++) {
		double spent = (double)(tree_ticks(&trees[i]) - trees[i].ticks) * tick;
		printf(" cpu_%s=%.1f", trees[i].name, messages > 0 ? spent / messages : 0);
		sum += spent;
	}
	printf(" cpu_load=%.1f load_core=%.2f load_share=%.2f other_cores=%.2f", messages > 0 ? own / messages : 0,
	       own / elapsed, own + sum > 0 ? own / (own + sum) : 0, busy > own + sum ? (busy - own - sum) / elapsed : 0);
}

static uint64_t memory_read(int pid)
{
	char path[64], line[256];
	unsigned long kilobytes = 0;
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		if (sscanf(line, "Pss: %lu kB", &kilobytes) == 1)
			break;
	if (file != NULL)
		fclose(file);
	return kilobytes * 1024;
}

static double tree_memory(const struct tree *tree)
{
	uint64_t sum = 0;
	for (int i = 0; i < process_count; i++)
		if (is_below(&processes[i], tree->pid))
			sum += memory_read(processes[i].pid);
	return (double)sum;
}

void process_mark_memory(void)
{
	processes_read();
	for (int i = 0; i < tree_count; i++)
		trees[i].memory = tree_memory(&trees[i]);
}

/* memory, memory_<name>: bytes a connection, proportional set size. */
void process_print_memory(double connections)
{
	double sum = 0;
	processes_read();
	for (int i = 0; i < tree_count; i++) {
		double grown = tree_memory(&trees[i]) - trees[i].memory;
		printf(" memory_%s=%.0f", trees[i].name, grown / connections);
		sum += grown;
	}
	printf(" memory=%.0f", sum / connections);
}
