/* SPDX-License-Identifier: MIT */
#include "host/input/space_group.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#define GEMMI_WRITE_IMPLEMENTATION /* its functions belong into one file */
#include <gemmi/cif.hpp>
#include <gemmi/smcif.hpp>
#include <gemmi/symmetry.hpp>

static const gemmi::SpaceGroup *find(const char *name, double alpha, double gamma)
{
    std::string plain(name);
    plain.erase(std::remove(plain.begin(), plain.end(), '_'), plain.end());
    return gemmi::find_spacegroup_by_name(plain, alpha, gamma);
}

int km_space_group_operations(const char *name, double alpha, double gamma,
                              km_symmetry_operation operation[KM_OPERATIONS_MAX])
try {
    const gemmi::SpaceGroup *group = find(name, alpha, gamma);
    if (group == nullptr)
        return 0;
    int n = 0;
    for (const gemmi::Op &op : group->operations()) {
        if (n == KM_OPERATIONS_MAX)
            return 0;
        for (int r = 0; r < 3; r++) {
            operation[n].shift[r] = double(op.tran[r]) / gemmi::Op::DEN;
            for (int c = 0; c < 3; c++)
                operation[n].rotation[r][c] = double(op.rot[r][c]) / gemmi::Op::DEN;
        }
        n++;
    }
    return n;
} catch (const std::exception &) {
    return 0;
}

static void fill(const gemmi::SmallStructure &structure, km_cif *cif)
{
    const gemmi::UnitCell &cell = structure.cell;
    const double numbers[] = {cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma};
    std::copy(numbers, numbers + 6, cif->cell);
    snprintf(cif->space_group, sizeof cif->space_group, "%s", structure.spacegroup_hm.c_str());
    for (const gemmi::SmallStructure::Site &from : structure.sites) {
        km_cif_site *site = &cif->site[cif->n_sites++];
        snprintf(site->label, sizeof site->label, "%s", from.label.c_str());
        snprintf(site->element, sizeof site->element, "%s", from.element.name());
        site->position[0] = from.fract.x;
        site->position[1] = from.fract.y;
        site->position[2] = from.fract.z;
        site->occupancy = from.occ;
    }
}

bool km_cif_read(const char *path, km_cif *cif, char *message, size_t message_length)
try {
    *cif = km_cif{};
    const gemmi::cif::Document document = gemmi::cif::read_file(path);
    for (const gemmi::cif::Block &block : document.blocks) {
        const gemmi::SmallStructure structure = gemmi::make_small_structure_from_block(block);
        if (structure.sites.empty())
            continue;
        cif->site = static_cast<km_cif_site *>(calloc(structure.sites.size(), sizeof *cif->site));
        if (cif->site == nullptr) {
            snprintf(message, message_length, "out of memory");
            return false;
        }
        fill(structure, cif);
        return true;
    }
    snprintf(message, message_length, "no block of the file lists atoms (_atom_site_fract_x)");
    return false;
} catch (const std::exception &error) {
    snprintf(message, message_length, "%s", error.what());
    return false;
}
