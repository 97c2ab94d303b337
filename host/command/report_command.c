/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "host/command/command.h"
#include "host/output/run_folder.h"
#include "host/report/report.h"

enum { MOST_RUNS = 16 };

km_status km_command_report(int argc, char **argv)
{
    const char *folder[MOST_RUNS], *out = NULL;
    int n = 0;
    for (int k = 1; k < argc; k++) {
        if (strcmp(argv[k], "-o") == 0 || strcmp(argv[k], "--output") == 0) {
            if (++k == argc)
                return KM_FAIL(KM_ERROR_USAGE, "option %s needs a value", argv[k - 1]);
            out = argv[k];
        } else if (argv[k][0] == '-') {
            return KM_FAIL(KM_ERROR_USAGE, "kalium report takes no option %s; -o DIR only",
                           argv[k]);
        } else if (n == MOST_RUNS) {
            return KM_FAIL(KM_ERROR_USAGE, "at most %d runs fit side by side", MOST_RUNS);
        } else {
            folder[n++] = argv[k];
        }
    }
    if (n == 0)
        return KM_FAIL(KM_ERROR_USAGE,
                       "give the folder of a run, or several: kalium report kfsi-dme-1");
    if (n > 1 && out == NULL)
        return KM_FAIL(KM_ERROR_USAGE, "several runs side by side need a folder of their own: "
                                       "kalium report RUN1 RUN2 -o DIR");
    KM_TRY(km_report_write(n, folder, out));
    const char *where = out != NULL ? out : folder[0];
    printf("%s/" KM_FILE_REPORT "\n%s/report.txt\n%s/report.json\n%s/" KM_FILE_REFERENCES "\n",
           where, where, where, where);
    return KM_OK;
}
