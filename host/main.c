/* SPDX-License-Identifier: MIT */
/* kalium: molecular dynamics for potassium-battery interfaces. A table of commands. */
#include <stdio.h>
#include <string.h>

#include "host/command/command.h"

typedef struct command {
    const char *name, *arguments, *summary, *help;
    km_status (*run)(int argc, char **argv);
} command;

#define RECIPE_OPTIONS                                                                             \
    "  --set key=value       override a key of the recipe, e.g. --set temperature_K=313\n"

#define DEVICE_OPTION                                                                              \
    "  --device D            cpu, cuda, cuda:N (number N), or auto: a GPU where there is one\n"

static const command commands[] = {
    {"list", "", "the catalogue of systems",
     "Prints id, composition, confidence and title of every recipe that comes with kalium.\n\n"
     "Example: kalium list\n",
     km_command_list},
    {"check", "RECIPE", "dry run: composition, parameters with their sources, memory",
     "Reads a recipe (a catalogue id or a path) and prints what it would simulate and where every\n"
     "parameter comes from. Nothing is written.\n\n"
     "  --replicas R          also the size of R independent copies\n" RECIPE_OPTIONS
     "\nExample: kalium check kfsi-dme --replicas 8\n",
     km_command_check},
    {"build", "RECIPE -o DIR", "coordinates and topology, no dynamics",
     "Packs the cell and writes start.pdb, topology.psf and view.vmd.\n\n"
     "  -o, --output DIR      folder to write to\n" RECIPE_OPTIONS
     "\nExample: kalium build kfsi-dme -o box\n",
     km_command_build},
    {"energy", "RECIPE", "energies and forces of one configuration, by term, kJ/mol",
     "Evaluates one configuration: the packed start, or a structure file with the same atoms.\n\n"
     "  --structure FILE      PDB, GRO or XYZ with the atoms in the order of the recipe\n"
     "  --json                machine-readable\n"
     "  --forces FILE         write the force on every atom, kJ/mol/nm\n"
     "  --threads N           threads of the CPU backend\n" DEVICE_OPTION RECIPE_OPTIONS
     "\nExample: kalium energy spce --json\n",
     km_command_energy},
    {"run", "RECIPE -o DIR", "build, equilibrate, simulate, analyse, report",
     "Runs every stage of a recipe and ends with diffusion coefficients and their error bars.\n\n"
     "  -o, --output DIR      run folder (default: the id of the recipe)\n"
     "  --time 5ns            production time (ps, ns or us)\n"
     "  --seed N              another packing, other velocities\n"
     "  --replicas R          R independent copies, each with its own packing and velocities, in\n"
     "                        DIR/replica-1 ...; D with the error between them\n"
     "  --temperatures A,B,.. the run at each of these temperatures (K), in DIR/T-A ...; "
     "activation\n"
     "                        energies and values at 300 K, with intervals, in DIR\n"
     "  --threads N           threads of the CPU backend (default: all), shared by the "
     "replicas\n" DEVICE_OPTION
     "  --continue            go on with an interrupted run, or extend a finished one with --time\n"
     "  --time-limit 2h30m    stop with a checkpoint before this wall time is over (exit code "
     "75);\n"
     "                        also 23:50:00\n"
     "  --checkpoint S        seconds of wall time between checkpoints (default 60)\n"
     "  --quiet               no progress line\n" RECIPE_OPTIONS
     "\nExample: kalium run kfsi-dme -o kfsi-dme-1 --time 2ns\n"
     "         kalium run --continue -o kfsi-dme-1 --time 10ns\n"
     "         kalium run kfsi-dme -o eight --replicas 8 --time 5ns\n"
     "         kalium run beta-alumina -o series --temperatures 500,600,800\n",
     km_command_run},
    {"analyse", "DIR|TRAJECTORY", "analyses of a run folder or of any AMBER NetCDF trajectory",
     "Repeats the analyses of a run folder, or analyses TRAJECTORY.nc with its PSF. The replicas\n"
     "of a folder are analysed together.\n\n"
     "  --only msd,rdf        which analyses (default: both); profile: what lies where along z,\n"
     "                        layers: diffusion, residence, coordination beside a metal,\n"
     "                        jumps: between the sites of a crystal, occupancy: map of its ions,\n"
     "                        vanhove: how far molecules go, and where others were,\n"
     "                        dielectric: constant, from the dipoles of neutral molecules\n"
     "  --structure FILE      PSF of the trajectory (default: topology.psf beside it)\n"
     "  --temperature-K T     of the trajectory, where no run folder says it\n"
     "  --viscosity-mPas ETA  also print D corrected for the finite box (Yeh and Hummer)\n"
     "  -o, --output DIR      where to write (default: beside the trajectory)\n"
     "\nExample: kalium analyse kfsi-dme-1 --viscosity-mPas 0.46\n",
     km_command_analyse},
    {"report", "DIR [DIR ...]", "all of a run on one page; several runs side by side",
     "Writes report.html (one file with its pictures inside), report.txt, report.json and\n"
     "references.bib: what was simulated and how sure the model is, every result with its 95 %\n"
     "interval, pictures, whether the run behaved, where every parameter comes from, what to "
     "cite.\n"
     "Of several folders: the same quantities in one table, D, MSD and g(r) on the same axes.\n\n"
     "  -o, --output DIR      where to write (default: the run's folder; several need one)\n"
     "\nExample: kalium report kfsi-dme-1\n"
     "         kalium report kfsi-dme-1 kpf6-ec-dec-1 -o ether-and-ester\n",
     km_command_report},
    {"export", "DIR|RECIPE --to PROGRAM -o DIR", "the same system for other programs",
     "Writes the last configuration of a run folder, or the packed cell of a recipe, for another\n"
     "program. What the other program cannot express is refused.\n\n"
     "  --to lammps           system.data, system.in, energy.in, run.in: LAMMPS gives the "
     "energies\n"
     "                        of kalium-energy.txt, and goes on with the production stage\n"
     "  --to gromacs          topol.top, an .itp per molecule, conf.gro, energy.mdp, run.mdp\n"
     "  --to xyz, extxyz      every frame of the trajectory; extended: lattice and velocities too\n"
     "  --to vmd              topology, trajectory and scene.vmd: shells, paths of ions, surfaces\n"
     "  -o, --output DIR      folder to write to (default: ID-PROGRAM)\n"
     "  --structure FILE      PDB, GRO or XYZ with the configuration instead\n" RECIPE_OPTIONS
     "\nExample: kalium export kfsi-dme-1 --to lammps -o for-the-cluster\n",
     km_command_export},
    {"import", "TOP --structure GRO", "molecules and systems of GROMACS (LigParGen) as recipes",
     "Writes forcefield.yaml, recipe.yaml and structure.gro: with [ molecules ] that\n"
     "very system; without, as LigParGen's .itp are, the molecule and a liquid of it. What is not\n"
     "understood is refused with file and line. Included files are looked for beside the topology\n"
     "and in $GMXLIB.\n\n"
     "  --structure FILE      GRO, PDB or XYZ with the atoms in the order of the topology\n"
     "  -o, --output DIR      folder to write to (default: TOP-import)\n"
     "  --name NAME           of the molecule, where there is only one: DEC instead of UNK\n"
     "  --defaults LINE       [ defaults ] for a file without; \"1 3 yes 0.5 0.5\" for LigParGen\n"
     "\nExample: kalium import UNK_1.itp --structure UNK_1.gro --name DEC \\\n"
     "           --defaults \"1 3 yes 0.5 0.5\" -o dec\n"
     "         kalium run dec/recipe.yaml\n",
     km_command_import},
    {"match", "RECIPE", "supercells in which potassium fits on the (001) face of a crystal",
     "Searches rectangular supercells of the crystal's a x b face (a hexagonal cell is doubled to\n"
     "a, a + 2b) and of a bcc surface, with axes parallel or exchanged, and prints those that\n"
     "strain the metal less than every smaller one does.\n\n"
     "  --surface 110         of the metal: 100, 110 or 111\n"
     "  --lattice-constant-A A  of the metal (default: 5.326, potassium)\n"
     "  --longest-A L         edge of the common cell at most (default: 60)\n"
     "  --strain-percent S    of the metal at most (default: 5)\n"
     "\nExample: kalium match k2fe4o7 --longest-A 40\n",
     km_command_match},
    {"theory", "sand|nucleus|wetting", "Sand's time, the critical nucleus, the contact angle",
     "Quantities are VALUE or VALUE+-ERROR; all are needed.\n"
     "  sand     --diffusion-m2-per-s --concentration-mol-per-L --current-mA-per-cm2\n"
     "           --anion-transference\n"
     "  nucleus  --surface-energy-J-per-m2 --molar-volume-cm3-per-mol --overpotential-V\n"
     "  wetting  --solid-vapour-J-per-m2 --solid-liquid-J-per-m2 --liquid-vapour-J-per-m2\n"
     "Example: kalium theory sand --diffusion-m2-per-s 1e-9+-1e-10 \\\n"
     "  --concentration-mol-per-L 1 --current-mA-per-cm2 1 --anion-transference 0.5\n",
     km_command_theory},
    {"info", "", "version, build and device", DEVICE_OPTION "\nExample: kalium info\n",
     km_command_info},
    {"selftest", "", "compares this machine with stored energies, its backends with each other",
     "Computes the energies of an electrolyte and of a metal on the CPU, and on the GPU where "
     "there\n"
     "is one, and compares them with numbers that came with the program. Takes seconds.\n\n"
     "  --threads N           threads of the CPU backend\n" DEVICE_OPTION
     "\nExample: kalium selftest\n",
     km_command_selftest},
};
static const int n_commands = sizeof commands / sizeof commands[0];

static void print_usage(FILE *to)
{
    fprintf(to,
            "kalium %s: molecular dynamics for potassium-battery interfaces\n\n"
            "usage: kalium COMMAND [arguments]     kalium COMMAND --help\n\n",
            KM_VERSION);
    for (int k = 0; k < n_commands; k++)
        fprintf(to, "  %-8s %-16s %s\n", commands[k].name, commands[k].arguments,
                commands[k].summary);
    fprintf(to,
            "\nexit codes: 0 success, 64 wrong usage, 65 wrong input, 69 something is missing,\n"
            "70 the simulation failed, 71 out of memory, 74 a file cannot be read or written,\n"
            "75 stopped with a checkpoint (go on with --continue)\n");
}

static bool asks_for_help(int argc, char **argv)
{
    for (int k = 1; k < argc; k++)
        if (strcmp(argv[k], "--help") == 0 || strcmp(argv[k], "-h") == 0)
            return true;
    return false;
}

static int finish(km_status status)
{
    if (status == KM_OK)
        return 0;
    fprintf(stderr, "%s: %s\n", status == KM_INTERRUPTED ? "kalium" : "kalium: error",
            km_last_error()->message);
    return km_status_exit_code(status);
}

static const command *find_command(const char *name)
{
    for (int k = 0; k < n_commands; k++)
        if (strcmp(name, commands[k].name) == 0)
            return &commands[k];
    return NULL;
}

int main(int argc, char **argv)
{
    const bool help = argc > 1 && strcmp(argv[1], "help") == 0;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        (help && argc == 2)) {
        print_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? km_status_exit_code(KM_ERROR_USAGE) : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("kalium %s\n", KM_VERSION);
        return 0;
    }
    const char *name = argv[help ? 2 : 1];
    const command *command = find_command(name);
    if (command == NULL)
        return finish(
            KM_FAIL(KM_ERROR_USAGE, "there is no command '%s'; `kalium --help` lists them", name));
    if (help || asks_for_help(argc - 1, argv + 1)) {
        printf("usage: kalium %s %s\n\n%s", command->name, command->arguments, command->help);
        return 0;
    }
    return finish(command->run(argc - 1, argv + 1));
}
