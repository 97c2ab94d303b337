/* SPDX-License-Identifier: MIT */
/* The cluster-pair list of the CUDA backend when it is recorded, grows, or cannot be built. */
#include "tests/cluster_liquid.cuh"

namespace
{

/* The positions now, though there may be too little room; what is then the fault. */
int update_anyhow(liquid *l, bool force)
{
    bool rebuilt;
    assert_ok(backend->neighbours_update(l->device, l->p, force, &rebuilt));
    assert_ok(backend->synchronise(l->device, l->p));
    return l->p->fault;
}

km_vec3 in_a_corner(double u, double v, double w)
{
    return km_vec3_make(0.05 * u, 0.05 * v, 0.05 * w);
}

/* More pairs than there is room for: a fault, nothing out of bounds, and the device stands still
 * until it is given more. */
void outgrown_memory_is_a_fault(void **)
{
    liquid l = make_liquid(1000, km_box_orthorhombic(20.0, 20.0, 20.0));
    km_standstill at;
    place(&l, 12, anywhere);
    make_list(&l, 1.0, 0.1);
    assert_true(update(&l, false));
    assert_ok(backend->make_room(l.device, l.p, &at));
    assert_false(at.stood);
    place(&l, 13, in_a_corner);
    upload(&l);
    assert_int_equal(update_anyhow(&l, false), KM_FAULT_LIST);
    const int builds = fetch(km_cuda_of(l.p)->state, 1)[0].builds;
    assert_int_equal(update_anyhow(&l, true), KM_FAULT_LIST);
    assert_int_equal(fetch(km_cuda_of(l.p)->state, 1)[0].builds, builds);
    assert_ok(backend->make_room(l.device, l.p, &at));
    assert_true(at.stood && !at.half_way);
    assert_int_equal(l.p->fault, 0);
    assert_int_equal(update_anyhow(&l, false), 0); /* it builds, though nothing has moved */
    check_list(&l, 1.1);
    destroy(&l);
}

/* Positions given anew end the standstill, too. */
void other_positions_are_a_new_start(void **)
{
    liquid l = make_liquid(1000, km_box_orthorhombic(20.0, 20.0, 20.0));
    place(&l, 12, anywhere);
    make_list(&l, 1.0, 0.1);
    assert_true(update(&l, false));
    for (int k = 0; k < 2; k++) { /* the same positions, of which the list lacks pairs */
        place(&l, 13, in_a_corner);
        upload(&l);
        assert_int_equal(update_anyhow(&l, false), k == 0 ? KM_FAULT_LIST : 0);
    }
    check_list(&l, 1.1);
    place(&l, 14, anywhere);
    assert_true(update(&l, true));
    check_list(&l, 1.1);
    destroy(&l);
}

void what_is_not_a_number_is_a_fault(void **)
{
    liquid l = make_liquid(1000, km_box_orthorhombic(20.0, 20.0, 20.0));
    place(&l, 14, anywhere);
    make_list(&l, 1.0, 0.1);
    assert_true(update(&l, true));
    const double none = NAN; /* as an exploding run has it */
    assert_int_equal(cudaMemcpy(l.p->position + 5, &none, sizeof none, cudaMemcpyHostToDevice),
                     cudaSuccess);
    assert_int_equal(cudaDeviceSynchronize(), cudaSuccess); /* it may still be under way */
    assert_int_equal(update_anyhow(&l, false), KM_FAULT_NOT_FINITE);
    destroy(&l);
}

/* A recorded step looks at the atoms and at whether to pick near tiles, and launches the kernels of
 * a build only when it builds. */
void a_recorded_step_builds_when_it_must(void **)
{
    liquid l = make_liquid(500, boxes[3]);
    km_recording *recording;
    bool rebuilt;
    make_exclusions(&l, 5);
    place(&l, 9, anywhere);
    make_list(&l, 1.0, 0.1);
    assert_true(update(&l, false));
    assert_ok(backend->record_begin(l.device, l.p));
    assert_ok(backend->neighbours_update(l.device, l.p, false, &rebuilt));
    assert_ok(backend->record_end(l.device, &recording));
    const int builds = fetch(km_cuda_of(l.p)->state, 1)[0].builds;
    uint64_t before = km_emulator_count().launches;
    assert_ok(backend->record_play(recording, l.p, 1, 5));
    assert_ok(backend->synchronise(l.device, l.p));
    /* the number of the step; each sorts, and copies the order for the mesh */
    assert_int_equal(km_emulator_count().launches - before, 1 + 2 * 5);
    assert_int_equal(fetch(km_cuda_of(l.p)->state, 1)[0].builds, builds);
    place(&l, 10, anywhere);
    upload(&l);
    before = km_emulator_count().launches;
    assert_ok(backend->record_play(recording, l.p, 6, 5));
    assert_ok(backend->synchronise(l.device, l.p));
    assert_int_equal(km_emulator_count().launches - before, 1 + 2 * 5 + 7);
    assert_int_equal(fetch(km_cuda_of(l.p)->state, 1)[0].builds, builds + 1);
    check_list(&l, 1.1);
    backend->record_destroy(recording);
    destroy(&l);
}

/* Just enough room, and then one entry, unit or row of exclusions too few. */
void every_kind_of_memory_grows(void **)
{
    for (int kind = 0; kind < 3; kind++) {
        liquid l = make_liquid(500, boxes[3]);
        km_standstill at;
        make_exclusions(&l, 5);
        place(&l, 9, anywhere);
        make_list(&l, 1.0, 0.1);
        assert_true(update(&l, false));
        km_neighbour_list *list = l.p->neighbours;
        const km_cluster_build build = fetch(list->build, 1)[0];
        list->capacity_entries = build.n_entries - (kind == 0);
        list->capacity_units = build.n_units - (kind == 1);
        list->capacity_exclusions = build.n_exclusions - (kind == 2);
        assert_int_equal(update_anyhow(&l, true), KM_FAULT_LIST);
        assert_ok(backend->make_room(l.device, l.p, &at));
        assert_true(at.stood);
        assert_true(list->capacity_entries > build.n_entries);
        assert_int_equal(update_anyhow(&l, false), 0);
        check_list(&l, 1.1);
        destroy(&l);
    }
}

void a_cell_that_shrinks_too_far_is_a_fault(void **)
{
    liquid l = make_liquid(100, km_box_orthorhombic(3.0, 3.0, 3.0));
    place(&l, 1, anywhere);
    make_list(&l, 1.0, 0.1);
    assert_true(update(&l, false));
    l.box = km_box_orthorhombic(3.0, 1.99, 3.0);
    upload(&l);
    assert_int_equal(update_anyhow(&l, false), KM_FAULT_CELL);
    destroy(&l);
}

void a_cell_too_small_is_refused(void **)
{
    liquid l = make_liquid(10, km_box_orthorhombic(2.0, 3.0, 3.0));
    place(&l, 1, anywhere);
    upload(&l);
    const km_neighbour_spec spec = {1.01, 0.1, NULL, NULL, NULL, 0.0};
    assert_int_equal(backend->neighbours_create(l.device, &spec, l.p), KM_ERROR_VALUE);
    assert_non_null(strstr(km_last_error()->message, "at least twice the cutoff"));
    destroy(&l);
}
} // namespace

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outgrown_memory_is_a_fault),
        cmocka_unit_test(other_positions_are_a_new_start),
        cmocka_unit_test(what_is_not_a_number_is_a_fault),
        cmocka_unit_test(a_recorded_step_builds_when_it_must),
        cmocka_unit_test(every_kind_of_memory_grows),
        cmocka_unit_test(a_cell_that_shrinks_too_far_is_a_fault),
        cmocka_unit_test(a_cell_too_small_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
