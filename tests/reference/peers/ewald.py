# SPDX-License-Identifier: MIT
"""The Coulomb energy of a periodic cell as a direct Ewald sum in double precision (numpy).

E = 1/2 sum' C q_i q_j / r over all images, without the excluded pairs of the home molecules;
tin-foil boundary. Both sums are carried until their terms are below 1e-12 of the first. Virial
W = -1/2 sum r (x) F, which for a 1/r law has the trace -E/2 (tested). Formulas: Frenkel & Smit,
Understanding Molecular Simulation, 2nd ed., section 12.1; the tensor of the reciprocal part:
Nose & Klein, doi:10.1080/00268978300102851."""
import numpy as np
from scipy.special import erfc, erf

ALPHA = 4.2      # 1/nm
CUTOFF = 1.25    # nm: erfc(5.25) = 1.1e-13
K_MAX = 44.0     # 1/nm: exp(-(K_MAX / (2 ALPHA))^2) = 1.2e-12


def minimum_image(d, box):
    """box: rows a, b, c, lower triangular."""
    for axis in (2, 1, 0):
        d = d - np.rint(d[..., axis:axis + 1] / box[axis, axis]) * box[axis]
    return d


def real_space(x, q, box, excluded):
    n = len(x)
    force, virial, energy = np.zeros((n, 3)), np.zeros((3, 3)), 0.0
    for i in range(n - 1):
        skip = np.array([j for j in excluded.get(i, ())], dtype=int)
        d = minimum_image(x[i] - x[i + 1:], box)
        r2 = np.einsum("ij,ij->i", d, d)
        near = r2 < CUTOFF**2
        near[skip - i - 1] = False
        j = np.flatnonzero(near)
        d, r2 = d[j], r2[j]
        r = np.sqrt(r2)
        qq = q[i] * q[i + 1 + j]
        u = qq * erfc(ALPHA * r) / r
        f = ((u + qq * 2 * ALPHA / np.sqrt(np.pi) * np.exp(-(ALPHA * r)**2)) / r2)[:, None] * d
        energy += u.sum()
        force[i] += f.sum(axis=0)
        force[i + 1 + j] -= f
        virial -= 0.5 * d.T @ f
    return energy, force, virial


def excluded_part(x, q, box, excluded):
    """Minus the Gaussian part of every excluded pair."""
    pairs = np.array([(i, j) for i, partners in excluded.items() for j in partners], dtype=int)
    force, virial = np.zeros_like(x), np.zeros((3, 3))
    if not len(pairs):
        return 0.0, force, virial
    i, j = pairs.T
    d = minimum_image(x[i] - x[j], box)
    r2 = np.einsum("ij,ij->i", d, d)
    r = np.sqrt(r2)
    qq = q[i] * q[j]
    u = -qq * erf(ALPHA * r) / r
    f = ((u + qq * 2 * ALPHA / np.sqrt(np.pi) * np.exp(-(ALPHA * r)**2)) / r2)[:, None] * d
    np.add.at(force, i, f)
    np.add.at(force, j, -f)
    return u.sum(), force, -0.5 * d.T @ f


def reciprocal(x, q, box):
    inverse = 2 * np.pi * np.linalg.inv(box).T  # rows: reciprocal lattice vectors
    volume = np.linalg.det(box)
    top = np.ceil(K_MAX * np.linalg.norm(box, axis=1) / (2 * np.pi)).astype(int)
    energy, force, virial = 0.0, np.zeros_like(x), np.zeros((3, 3))
    for h in range(0, top[0] + 1):
        grid = np.array([(h, k, l) for k in range(-top[1], top[1] + 1)
                         for l in range(-top[2], top[2] + 1)
                         if h > 0 or k > 0 or (k == 0 and l > 0)])
        kv = grid @ inverse
        k2 = np.einsum("ij,ij->i", kv, kv)
        kv, k2 = kv[k2 < K_MAX**2], k2[k2 < K_MAX**2]
        if not len(kv):
            continue
        phase = kv @ x.T
        c, s = np.cos(phase), np.sin(phase)
        a, b = c @ q, s @ q
        weight = 4 * np.pi / volume * np.exp(-k2 / (4 * ALPHA**2)) / k2  # half space: twice 2 pi/V
        u = weight * (a * a + b * b)
        energy += u.sum()
        force += q[:, None] * (2 * (s.T * (weight * a) - c.T * (weight * b)) @ kv)
        shape = 2 * (1 / k2 + 1 / (4 * ALPHA**2))
        virial -= 0.5 * (u.sum() * np.eye(3) - (kv * (u * shape)[:, None]).T @ kv)
    return energy, force, virial


def coulomb(x, q, box, excluded_pairs, constant):
    """Energy (kJ/mol), forces (n x 3) and virial (3 x 3) without any excluded pair. nm, e."""
    x, q, box = np.asarray(x, float), np.asarray(q, float), np.asarray(box, float)
    assert abs(q.sum()) < 1e-9, "the cell must be neutral"
    excluded = {}
    for i, j in excluded_pairs:
        excluded.setdefault(min(i, j), []).append(max(i, j))
    parts = [real_space(x, q, box, excluded), excluded_part(x, q, box, excluded),
             reciprocal(x, q, box)]
    energy = sum(p[0] for p in parts) - ALPHA / np.sqrt(np.pi) * (q * q).sum()
    return (constant * energy, constant * sum(p[1] for p in parts),
            constant * sum(p[2] for p in parts))


def pairs14(x, q, box, pairs, scale, constant):
    """Plain Coulomb between 1-4 partners, scaled: the same three results."""
    i, j = np.array(pairs, dtype=int).reshape(-1, 2).T
    d = minimum_image(x[i] - x[j], box)
    r2 = np.einsum("ij,ij->i", d, d)
    u = scale * constant * q[i] * q[j] / np.sqrt(r2)
    f = (u / r2)[:, None] * d
    force = np.zeros_like(x)
    np.add.at(force, i, f)
    np.add.at(force, j, -f)
    return u.sum(), force, -0.5 * d.T @ f


def self_test():
    """Madelung constant of rock salt, -1.747564594633 per nearest-neighbour distance."""
    sites = np.array([(a, b, c) for a in range(10) for b in range(10) for c in range(10)], float)
    q = 1.0 - 2.0 * (sites.sum(axis=1) % 2)
    spacing = 0.28
    energy, force, virial = coulomb(spacing * sites, q, 10 * spacing * np.eye(3), [], 1.0)
    madelung = 2 * energy * spacing / len(sites)
    assert abs(madelung + 1.7475645946331822) < 1e-11, madelung
    assert np.abs(force).max() < 1e-10
    assert abs(np.trace(virial) + 0.5 * energy) < 1e-11 * abs(energy)
    return madelung


if __name__ == "__main__":
    print("Madelung constant of rock salt:", self_test())
