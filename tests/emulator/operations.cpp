/* SPDX-License-Identifier: MIT */
#include "tests/emulator/operations.h"

#include <mutex>

#include "tests/emulator/block.h"
#include "tests/emulator/fault.h"
#include "tests/emulator/memory.h"
#include "tests/emulator/random.h"

namespace km_emulator
{

static const size_t MAX_QUEUED = 10000;

static std::vector<operation_ptr> ready;
static size_t n_queued;
static int last_lane = NO_LANE;
static bool running;
static std::recursive_mutex one_caller;
uint64_t n_host_waits, n_api_calls;

api_call::api_call(const char *name)
{
    one_caller.lock(); /* free for the thread that holds it */
    n_api_calls++;
    if (block.kernel != nullptr)
        fault("calls %s, which belongs to the host", name);
    if (running)
        fault("%s is called by a host function of a stream, which CUDA forbids", name);
}

api_call::~api_call()
{
    one_caller.unlock();
}

device_runs::device_runs()
{
    memory_open();
}

device_runs::~device_runs()
{
    memory_close();
}

/* Three times in four one of the lane that ran last, so that a lane can get far ahead. */
static operation_ptr draw()
{
    size_t k = random_below((uint32_t)ready.size());
    if (last_lane != NO_LANE && random_below(4) != 0)
        for (size_t i = 0; i < ready.size(); i++)
            if (ready[i]->lane == last_lane)
                k = i;
    operation_ptr op = ready[k];
    ready[k] = ready.back();
    ready.pop_back();
    last_lane = op->lane;
    return op;
}

static void run_one()
{
    const operation_ptr op = draw();
    running = true;
    const auto run = std::move(op->run);
    const bool done = run(op);
    running = false;
    if (done)
        operation_done(op);
}

operation_ptr operation_add(int lane, const std::vector<operation_ptr> &before,
                            std::function<bool(const operation_ptr &)> run)
{
    auto op = std::make_shared<operation>();
    op->run = std::move(run);
    op->lane = lane;
    n_queued++;
    for (const operation_ptr &b : before)
        if (!b->done) {
            b->after.push_back(op);
            op->n_before++;
        }
    if (op->n_before == 0)
        ready.push_back(op);
    return op;
}

void operation_done(const operation_ptr &op)
{
    op->done = true;
    n_queued--;
    for (const operation_ptr &next : op->after)
        if (--next->n_before == 0)
            ready.push_back(next);
    op->after.clear();
}

void operations_run_until(const operation_ptr &op)
{
    n_host_waits++;
    const device_runs runs;
    while (!op->done) {
        if (ready.empty())
            fault("the host waits for an operation that nothing can start");
        run_one();
    }
}

void operations_run_all()
{
    n_host_waits++;
    const device_runs runs;
    while (!ready.empty())
        run_one();
}

void operations_run_some()
{
    if (ready.empty())
        return;
    const device_runs runs;
    while (!ready.empty() && (n_queued > MAX_QUEUED || random_below(4) != 0))
        run_one();
}

} // namespace km_emulator
