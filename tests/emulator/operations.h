/* SPDX-License-Identifier: MIT */
/* What the device has been told to do and has not done yet.
 *
 * Operations wait for others and run when the host waits, one at a time, in an order drawn among
 * those that CUDA allows: an operation whose dependency was forgotten may run too early. */
#ifndef KM_EMULATOR_OPERATIONS_H
#define KM_EMULATOR_OPERATIONS_H

#include <functional>
#include <memory>
#include <vector>

namespace km_emulator
{

struct operation;
using operation_ptr = std::shared_ptr<operation>;

/* Of an operation between two of any stream. */
inline constexpr int NO_LANE = -1;

struct operation {
    /* false: it is under way, and operation_done will be called */
    std::function<bool(const operation_ptr &self)> run;
    int lane;     /* number of its stream: operations of a lane like to run one after another */
    int n_before; /* those it still waits for */
    bool done;
    std::vector<operation_ptr> after; /* those that wait for it */
};

/* Queues an operation behind those of `before`. */
operation_ptr operation_add(int lane, const std::vector<operation_ptr> &before,
                            std::function<bool(const operation_ptr &)> run);
void operation_done(const operation_ptr &op);
/* Runs until it is done, and others as it comes. */
void operations_run_until(const operation_ptr &op);
void operations_run_all();
/* As many as a device may have run by now: any number. */
void operations_run_some();

/* Every call of the runtime begins with one: calls come from one host thread at a time, and neither
 * from a kernel nor from a host function. */
struct api_call {
    explicit api_call(const char *name);
    ~api_call();
};

/* While one of these lives, the device has the processor: device memory can be touched. */
struct device_runs {
    device_runs();
    ~device_runs();
};

extern uint64_t n_host_waits, n_api_calls;

} // namespace km_emulator

#endif
