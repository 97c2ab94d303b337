/* SPDX-License-Identifier: MIT */
/* Output on a thread of its own: what is handed over is copied into a queue, and the run goes on
 * while that thread hands it to the sinks, in the order it came.
 *
 * A full queue makes the run wait; nothing is dropped. When a sink fails, it and the others receive
 * nothing more, and the failure is returned by the next call. flush, rewind and end first wait
 * until all that was handed over has been received: a checkpoint written after flush is never ahead
 * of the files. The sinks are called by one thread at a time. */
#ifndef KM_OUTPUT_THREAD_H
#define KM_OUTPUT_THREAD_H

#include "host/engine/checkpoint.h"
#include "host/engine/sink.h"

/* Frames and rows that may wait. */
#define KM_OUTPUT_QUEUE 4

typedef struct km_output_thread km_output_thread;

/* Starts the thread for at most KM_CHECKPOINT_SINKS sinks, which must live until it is destroyed.
 */
KM_MUST_CHECK km_status km_output_thread_create(const km_sink *sink, int n, km_output_thread **out);
/* Stands for sink k, for the thread of the run. */
km_sink km_output_thread_sink(km_output_thread *thread, int k);
/* Waits until the queue is empty and ends the thread. A failure that no call has returned is
 * forgotten: end() is where the last one is reported. Accepts NULL. */
void km_output_thread_destroy(km_output_thread *thread);

#endif
