/* SPDX-License-Identifier: MIT */
#include "tests/emulator/graphs.h"

#include <map>
#include <set>

#include "tests/emulator/block.h"
#include "tests/emulator/fault.h"
#include "tests/emulator/random.h"
#include "tests/emulator/streams.h"

namespace km_emulator
{

static std::set<cudaGraph_t> &graphs()
{
    static std::set<cudaGraph_t> all;
    return all;
}

static std::map<cudaGraphConditionalHandle, std::weak_ptr<condition>> &handles()
{
    static std::map<cudaGraphConditionalHandle, std::weak_ptr<condition>> all;
    return all;
}

static void graph_check(cudaGraph_t graph, const char *name)
{
    if (graphs().count(graph) == 0)
        fault("%s: %p is no graph, or one that was destroyed", name, (const void *)graph);
}

cudaGraphNode_t graph_add(cudaGraph_t graph, cudaGraphNodeType type, const char *name, int lane,
                          const std::vector<cudaGraphNode_t> &before)
{
    graph_check(graph, name);
    for (cudaGraphNode_t b : before)
        if (b->graph != graph)
            fault("%s: a node may only wait for nodes of its own graph", name);
    if (graph->body && type == cudaGraphNodeTypeHost)
        fault("%s: no host function in the body of a conditional node", name);
    auto node = std::make_unique<km_emulated_node>();
    node->graph = graph;
    node->type = type;
    node->name = name;
    node->lane = lane;
    node->before = before;
    graph->nodes.push_back(std::move(node));
    return graph->nodes.back().get();
}

cudaError_t cudaGraphCreate(cudaGraph_t *graph, unsigned)
{
    const api_call call("cudaGraphCreate");
    *graph = new km_emulated_graph{};
    graphs().insert(*graph);
    return cudaSuccess;
}

static void destroy(cudaGraph_t graph)
{
    for (const auto &node : graph->nodes)
        for (cudaGraph_t body : node->bodies)
            destroy(body);
    graphs().erase(graph);
    delete graph;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph)
{
    const api_call call("cudaGraphDestroy");
    graph_check(graph, "cudaGraphDestroy");
    if (graph->body)
        fault("cudaGraphDestroy: the body of a conditional node goes with its node");
    destroy(graph);
    return cudaSuccess;
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t *nodes, size_t *n_nodes)
{
    const api_call call("cudaGraphGetNodes");
    graph_check(graph, "cudaGraphGetNodes");
    for (size_t k = 0; nodes != nullptr && k < *n_nodes; k++)
        nodes[k] = k < graph->nodes.size() ? graph->nodes[k].get() : nullptr;
    *n_nodes = graph->nodes.size();
    return cudaSuccess;
}

/* ---- conditional nodes ---- */

cudaError_t cudaGraphConditionalHandleCreate(cudaGraphConditionalHandle *handle, cudaGraph_t graph,
                                             unsigned default_value, unsigned flags)
{
    const api_call call("cudaGraphConditionalHandleCreate");
    static cudaGraphConditionalHandle n_handles;
    graph_check(graph, "cudaGraphConditionalHandleCreate");
    auto c = std::make_shared<condition>();
    *c = {default_value, default_value, (flags & cudaGraphCondAssignDefault) != 0, graph, false};
    graph->conditions.push_back(c);
    *handle = ++n_handles;
    handles()[*handle] = c;
    return cudaSuccess;
}

static std::shared_ptr<condition> condition_of(cudaGraphConditionalHandle handle)
{
    const auto found = handles().find(handle);
    const auto c = found != handles().end() ? found->second.lock() : nullptr;
    if (c == nullptr)
        fault("%llu is no conditional handle, or its graph is gone", handle);
    return c;
}

void cudaGraphSetConditional(cudaGraphConditionalHandle handle, unsigned value)
{
    if (block.kernel == nullptr)
        fault("cudaGraphSetConditional is for kernels");
    condition_of(handle)->value = value;
}

cudaError_t cudaGraphAddNode(cudaGraphNode_t *node, cudaGraph_t graph,
                             const cudaGraphNode_t *dependencies, const cudaGraphEdgeData *,
                             size_t n_dependencies, cudaGraphNodeParams *parameters)
{
    const api_call call("cudaGraphAddNode");
    graph_check(graph, "cudaGraphAddNode");
    cudaConditionalNodeParams &p = parameters->conditional;
    if (parameters->type != cudaGraphNodeTypeConditional)
        fault("cudaGraphAddNode: only conditional nodes; others come from capture");
    const bool sized = p.type == cudaGraphCondTypeIf      ? p.size == 1 || p.size == 2
                       : p.type == cudaGraphCondTypeWhile ? p.size == 1
                                                          : p.size > 0;
    if (!sized)
        return record_error(cudaErrorInvalidValue);
    const auto decides = condition_of(p.handle);
    if (decides->graph != graph || decides->used)
        fault("cudaGraphAddNode: the handle is of another graph or serves another node");
    decides->used = true;
    *node = graph_add(graph, parameters->type, "conditional node", NO_LANE,
                      {dependencies, dependencies + n_dependencies});
    (*node)->decides = decides;
    (*node)->decision = p.type;
    for (unsigned k = 0; k < p.size; k++) {
        cudaGraph_t body;
        cudaGraphCreate(&body, 0);
        body->body = true;
        (*node)->bodies.push_back(body);
    }
    p.phGraph_out = (*node)->bodies.data();
    return cudaSuccess;
}

/* ---- running ---- */

/* A copy of a graph that nothing changes any more. */
struct plan {
    struct step {
        std::function<void()> run;
        int lane;
        std::vector<size_t> before;
        std::shared_ptr<condition> decides; /* NULL = not a conditional node */
        cudaGraphConditionalNodeType decision;
        std::vector<std::shared_ptr<plan>> bodies;
    };
    std::vector<step> steps;
    std::vector<std::shared_ptr<condition>> conditions;
};
using plan_ptr = std::shared_ptr<plan>;

struct km_emulated_graph_exec {
    plan_ptr what;
    operation_ptr last; /* end of its last launch: launches of one graph follow one another */
};

static std::set<cudaGraphExec_t> &execs()
{
    static std::set<cudaGraphExec_t> all;
    return all;
}

int graphs_live()
{
    int n = (int)execs().size();
    for (cudaGraph_t graph : graphs())
        n += graph->body ? 0 : 1;
    return n;
}

static plan_ptr plan_of(cudaGraph_t graph)
{
    auto p = std::make_shared<plan>();
    std::map<cudaGraphNode_t, size_t> number;
    p->conditions = graph->conditions;
    for (const auto &node : graph->nodes) {
        plan::step s = {node->run, node->lane, {}, node->decides, node->decision, {}};
        for (cudaGraphNode_t b : node->before)
            s.before.push_back(number.at(b));
        for (cudaGraph_t body : node->bodies)
            s.bodies.push_back(plan_of(body));
        number[node.get()] = p->steps.size();
        p->steps.push_back(std::move(s));
    }
    return p;
}

static void expand(const plan_ptr &p, const std::vector<operation_ptr> &before,
                   std::vector<operation_ptr> *out);

/* Queues the body that the condition chooses, again and again for WHILE; false when it does. */
static bool decide(const plan_ptr &p, size_t k, const operation_ptr &self)
{
    const plan::step &s = p->steps[k];
    const unsigned value = s.decides->value;
    size_t chosen = s.bodies.size();
    if (s.decision == cudaGraphCondTypeSwitch)
        chosen = value;
    else if (value != 0)
        chosen = 0;
    else if (s.decision == cudaGraphCondTypeIf)
        chosen = 1;
    if (chosen >= s.bodies.size())
        return true;
    std::vector<operation_ptr> body;
    expand(s.bodies[chosen], {}, &body);
    operation_add(NO_LANE, body, [p, k, self](const operation_ptr &) {
        if (p->steps[k].decision != cudaGraphCondTypeWhile || decide(p, k, self))
            operation_done(self);
        return true;
    });
    return false;
}

static void expand(const plan_ptr &p, const std::vector<operation_ptr> &before,
                   std::vector<operation_ptr> *out)
{
    const size_t first = out->size();
    for (size_t k = 0; k < p->steps.size(); k++) {
        const plan::step &s = p->steps[k];
        std::vector<operation_ptr> waits_for;
        for (size_t b : s.before)
            waits_for.push_back((*out)[first + b]);
        out->push_back(operation_add(s.lane, s.before.empty() ? before : waits_for,
                                     [p, k](const operation_ptr &self) {
                                         if (p->steps[k].decides != nullptr)
                                             return decide(p, k, self);
                                         p->steps[k].run();
                                         return true;
                                     }));
    }
}

static void reset(const plan &p)
{
    for (const auto &c : p.conditions)
        c->value = c->assign_default ? c->default_value : random_bits();
    for (const plan::step &s : p.steps)
        for (const plan_ptr &body : s.bodies)
            reset(*body);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t *exec, cudaGraph_t graph, unsigned long long)
{
    const api_call call("cudaGraphInstantiate");
    graph_check(graph, "cudaGraphInstantiate");
    *exec = new km_emulated_graph_exec{plan_of(graph), nullptr};
    execs().insert(*exec);
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t *exec, cudaGraph_t graph,
                                          unsigned long long flags)
{
    return cudaGraphInstantiate(exec, graph, flags);
}

static void exec_check(cudaGraphExec_t exec, const char *name)
{
    if (execs().count(exec) == 0)
        fault("%s: %p is no executable graph, or one that was destroyed", name, (const void *)exec);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t exec, cudaStream_t stream)
{
    const api_call call("cudaGraphUpload");
    exec_check(exec, "cudaGraphUpload");
    stream_check(stream, "cudaGraphUpload");
    return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream)
{
    const api_call call("cudaGraphLaunch");
    exec_check(exec, "cudaGraphLaunch");
    stream_check(stream, "cudaGraphLaunch");
    if (stream->captured != nullptr) {
        capture_invalidate(stream->captured);
        return record_error(cudaErrorStreamCaptureUnsupported);
    }
    std::vector<operation_ptr> before = stream->tail, all;
    if (exec->last != nullptr)
        before.push_back(exec->last);
    const auto begin = operation_add(NO_LANE, before, [p = exec->what](const operation_ptr &) {
        reset(*p);
        return true;
    });
    all.push_back(begin);
    expand(exec->what, {begin}, &all);
    exec->last = operation_add(NO_LANE, all, [](const operation_ptr &) { return true; });
    stream->tail = {exec->last};
    return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec)
{
    const api_call call("cudaGraphExecDestroy");
    exec_check(exec, "cudaGraphExecDestroy");
    execs().erase(exec);
    delete exec;
    return cudaSuccess;
}

} // namespace km_emulator
