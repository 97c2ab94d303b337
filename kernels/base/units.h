/* SPDX-License-Identifier: MIT */
/* The only file with physical constants and unit conversions.
 *
 * Inside: nm, ps, u, e, K, kJ/mol. This set is coherent: 1 u nm^2/ps^2 = 1 kJ/mol (to 4e-10, since
 * the 2019 SI the molar mass constant is not exactly 1 g/mol). Constants: CODATA 2018,
 * doi:10.1103/RevModPhys.93.025010; exact where the SI of 2019 defines them. */
#ifndef KM_BASE_UNITS_H
#define KM_BASE_UNITS_H

#define KM_PI 3.14159265358979323846

#define KM_AVOGADRO 6.02214076e23               /* 1/mol   exact                                */
#define KM_BOLTZMANN_SI 1.380649e-23            /* J/K     exact                                */
#define KM_ELEMENTARY_CHARGE 1.602176634e-19    /* C      exact                                */
#define KM_VACUUM_PERMITTIVITY 8.8541878128e-12 /* F/m CODATA 2018                          */

#define KM_GAS_CONSTANT 8.31446261815324e-3 /* kJ/mol/K   Boltzmann constant per mole, exact */
/* e^2/(4 pi eps0) per mole: N_A e^2 / (4 pi eps0), in kJ nm/mol/e^2. */
#define KM_COULOMB_CONSTANT 138.935457644382

#define KM_CALORIE 4.184 /* kJ per kcal, thermochemical                     */
#define KM_NM_PER_ANGSTROM 0.1
#define KM_PS_PER_FS 1e-3
#define KM_PS_PER_NS 1e3
/* 1 bar = 1e5 J/m^3; per mole and nm^3: 1e5 * 1e-27 * N_A / 1e3 kJ/mol/nm^3. */
#define KM_PRESSURE_PER_BAR 0.0602214076 /* kJ/mol/nm^3 per bar                              */
#define KM_EV 96.4853321233100184        /* kJ/mol per eV: N_A e / 1e3                        */
#define KM_M2_S_PER_NM2_PS 1e-6          /* diffusion coefficient: nm^2/ps to m^2/s           */
#define KM_KG_M3_PER_U_NM3 1.66053906660 /* density: u/nm^3 to kg/m^3, CODATA 2018            */

#endif
