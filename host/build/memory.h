/* SPDX-License-Identifier: MIT */
/* How much memory this process can have. */
#ifndef KM_MEMORY_H
#define KM_MEMORY_H

/* Bytes, those this process has already included: the least of what the system could give it
 * (MemAvailable of /proc/meminfo), of its address space (RLIMIT_AS, `ulimit -v`), and of the limits
 * of its control group, as batch systems and containers set them. */
double km_memory_there_is(void);

/* Bytes a version-2 control group allows, by memory.max of the folder root/group and of those above
 * it up to root; INFINITY where none is set. */
double km_memory_group_limit(const char *root, const char *group);

#endif
