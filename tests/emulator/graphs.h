/* SPDX-License-Identifier: MIT */
/* Graphs: operations with the order they need, to be run many times. */
#ifndef KM_EMULATOR_GRAPHS_H
#define KM_EMULATOR_GRAPHS_H

#include <memory>
#include <string>

#include "tests/emulator/operations.h"
#include "tests/emulator/runtime_api.h"

namespace km_emulator
{

/* The number a conditional node looks at. */
struct condition {
    unsigned value, default_value;
    bool assign_default; /* at each launch; else it is anything then */
    cudaGraph_t graph;
    bool used; /* by a node: one handle, one node */
};

struct km_emulated_node {
    cudaGraph_t graph;
    cudaGraphNodeType type;
    std::string name;
    int lane; /* number of the stream it was captured in */
    std::vector<cudaGraphNode_t> before;
    std::function<void()> run;
    /* of a conditional node */
    std::shared_ptr<condition> decides;
    cudaGraphConditionalNodeType decision;
    std::vector<cudaGraph_t> bodies;
};

struct km_emulated_graph {
    std::vector<std::unique_ptr<km_emulated_node>> nodes; /* each behind those it waits for */
    std::vector<std::shared_ptr<condition>> conditions;
    bool body; /* belongs to a conditional node */
};

cudaGraphNode_t graph_add(cudaGraph_t graph, cudaGraphNodeType type, const char *name, int lane,
                          const std::vector<cudaGraphNode_t> &before);

} // namespace km_emulator

#endif
