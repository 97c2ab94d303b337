/* SPDX-License-Identifier: MIT */
#include "tests/emulator/shared_memory.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <link.h>
#include <string>
#include <vector>

#include "tests/emulator/fault.h"
#include "tests/emulator/memory.h"
#include "tests/emulator/qualifiers.h"
#include "tests/emulator/random.h"

namespace km_emulator
{

#if defined(__SANITIZE_ADDRESS__)
static const size_t GUARD = 0;
#else
static const size_t GUARD = 64; /* bytes watched behind the dynamic part */
#endif
static const int GUARD_BYTE = 0xA7;

/* Where the program keeps its __shared__ arrays, in words. Words hold poison but for those between
 * first and last: most kernels use a small part, and only that is filled again. */
struct shared_section {
    uint32_t *words;
    size_t n, first, last;
};

static unsigned char *dynamic_start;
static size_t dynamic_bytes;
static uint32_t poison;
static unsigned n_blocks;

static int load_address(struct dl_phdr_info *program, size_t, void *address)
{
    *(uintptr_t *)address = program->dlpi_addr;
    return 1; /* the program itself comes first */
}

/* The sections .noinit and, of kernels that are not static, .noinit.name: from the program's own
 * table of sections. */
static std::vector<shared_section> find_sections()
{
    std::vector<shared_section> found;
    std::ifstream file("/proc/self/exe", std::ios::binary);
    const std::string image((std::istreambuf_iterator<char>(file)), {});
    ElfW(Ehdr) head;
    if (image.size() < sizeof head)
        fault("the program cannot read its own table of sections");
    memcpy(&head, image.data(), sizeof head);
    std::vector<ElfW(Shdr)> sections(head.e_shnum);
    memcpy(sections.data(), image.data() + head.e_shoff, head.e_shnum * sizeof sections[0]);
    uintptr_t base = 0;
    dl_iterate_phdr(load_address, &base);
    for (const ElfW(Shdr) & s : sections)
        if (strncmp(image.data() + sections[head.e_shstrndx].sh_offset + s.sh_name, ".noinit", 7) ==
            0)
            found.push_back({(uint32_t *)(base + s.sh_addr), s.sh_size / 4, 0, 0});
    return found;
}

static std::vector<shared_section> &sections()
{
    static std::vector<shared_section> all = find_sections();
    return all;
}

/* The sections hold the sanitizer's red zones, too: only plain stores may go over them. */
#define PLAIN                                                                                      \
    __attribute__((no_sanitize("address", "undefined"), noinline,                                  \
                   optimize("no-tree-loop-distribute-patterns")))

PLAIN static void fill(uint32_t *words, size_t first, size_t last, uint32_t value)
{
    for (size_t i = first; i < last; i++)
        words[i] = value;
}

/* Widens the span of used words to all that have changed. */
PLAIN static void find_used(shared_section *s)
{
    size_t first = 0, last = s->n;
    while (first < s->first && s->words[first] == poison)
        first++;
    while (last > s->last && s->words[last - 1] == poison)
        last--;
    s->first = first;
    s->last = last;
}

void shared_memory_begin(size_t bytes)
{
    dynamic_bytes = bytes;
    dynamic_start = nullptr;
    if (bytes > 0) {
        dynamic_start = (unsigned char *)malloc(bytes + GUARD);
        if (dynamic_start == nullptr)
            fault("no memory for %zu bytes of shared memory", bytes);
        memset(dynamic_start + bytes, GUARD_BYTE, GUARD);
    }
    poison = random_poison();
    for (shared_section &s : sections()) {
        fill(s.words, 0, s.n, poison);
        s.first = s.n;
        s.last = 0;
    }
    n_blocks = 0;
}

void shared_memory_poison()
{
    for (const shared_section &s : sections())
        fill(s.words, s.first, s.last, poison);
    if (dynamic_bytes > 0)
        memory_poison(dynamic_start, dynamic_bytes);
}

void shared_memory_check()
{
    if (n_blocks++ % 16 == 0)
        for (shared_section &s : sections())
            find_used(&s);
    if (dynamic_bytes == 0)
        return;
    for (size_t k = 0; k < GUARD; k++)
        if (dynamic_start[dynamic_bytes + k] != GUARD_BYTE)
            fault("something was written behind the %zu bytes of dynamic shared memory",
                  dynamic_bytes);
}

void shared_memory_end()
{
    free(dynamic_start);
    dynamic_start = nullptr;
    dynamic_bytes = 0;
}

unsigned char *dynamic_shared_memory()
{
    if (dynamic_bytes == 0)
        fault("KM_SHARED, but the launch gave no shared memory");
    return dynamic_start;
}

} // namespace km_emulator
