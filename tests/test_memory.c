/* SPDX-License-Identifier: MIT */
/* What this process can have, against the limits that a test can set. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/build/memory.h"
#include "host/build/system.h"
#include "tests/cmocka_all.h"

static void a_part_of_the_machine(void **state)
{
    (void)state;
    const double there = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    const double ours = km_memory_there_is();
    assert_true(ours > 1e6 && ours <= there);
}

#if !defined __SANITIZE_ADDRESS__ /* whose shadow takes terabytes of addresses */
static void a_limit_of_addresses_counts(void **state)
{
    (void)state;
    struct rlimit before, limit;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    limit = before;
    limit.rlim_cur = 1 << 30; /* 715,000 atoms at 1500 bytes */
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    const double ours = km_memory_there_is();
    const km_status fits = km_system_check_memory("here", 1e5);
    const km_status too_large = km_system_check_memory("here", 1e6);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_near(ours, 1073741824.0, 0.0);
    assert_int_equal(fits, KM_OK);
    assert_int_equal(too_large, KM_ERROR_INPUT);
}
#endif

static void write_limit(const char *folder, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/memory.max", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s\n", text);
    assert_int_equal(fclose(file), 0);
}

static void the_tightest_control_group_counts(void **state)
{
    (void)state;
    char root[] = "group-XXXXXX", job[64], step[64], file[128];
    assert_non_null(mkdtemp(root));
    snprintf(job, sizeof job, "%s/job", root);
    snprintf(step, sizeof step, "%s/job/step", root);
    assert_int_equal(mkdir(job, 0755) | mkdir(step, 0755), 0);
    assert_true(isinf(km_memory_group_limit(root, "/job/step")));
    write_limit(step, "max");
    assert_true(isinf(km_memory_group_limit(root, "/job/step")));
    write_limit(job, "4000000000");
    assert_near(km_memory_group_limit(root, "/job/step"), 4e9, 0.0);
    write_limit(step, "1000000000");
    assert_near(km_memory_group_limit(root, "/job/step"), 1e9, 0.0);
    assert_near(km_memory_group_limit(root, "/job"), 4e9, 0.0);
    assert_true(isinf(km_memory_group_limit(root, "/")));
    const char *const folder[] = {step, job};
    for (int k = 0; k < 2; k++) {
        snprintf(file, sizeof file, "%s/memory.max", folder[k]);
        unlink(file);
        rmdir(folder[k]);
    }
    rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_of_the_machine),
#if !defined __SANITIZE_ADDRESS__
        cmocka_unit_test(a_limit_of_addresses_counts),
#endif
        cmocka_unit_test(the_tightest_control_group_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
