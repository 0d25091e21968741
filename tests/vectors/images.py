#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Small enclave files of every kind, with the MRENCLAVE that the formats' descriptions give them, and files with one defect each.

usage: images.py OUT-DIR

Writes OUT-DIR/index.txt, one file a line:
    ok  KIND NAME MRENCLAVE        KIND is sdk, oe, sgxs or flat; sdk names may end in #BLOCK
    bad KIND NAME CODE FIELD       CODE and FIELD are what the first failing check must say
    sign NAME TCS STACK HEAP FRAME SSA MRENCLAVE   what signing NAME with these counts must measure to
    refuse NAME CODE FIELD         what cannot be signed
The measurement is computed from the pages that a file was made of, never by reading the file back. Written from the formats'
description (docs/formats/enclave.md), independently of src/image.
"""
import hashlib
import os
import struct
import sys

PAGE = 4096
R, W, X, REG, TCS = 1, 2, 4, 0x200, 0x100
NOTE_NAME = b"sgx_metadata\0"
MAGIC = 0x86A80294635D0E4C


def up(v, a=PAGE):
    return (v + a - 1) // a * a


def power(v):
    size = PAGE
    while size < v:
        size *= 2
    return size


class Measurement:
    """SDM vol. 3D: 64-byte records, and the data of every extended chunk."""

    def __init__(self, ssa_frame_pages, size):
        self.stream = b""
        self.record(b"ECREATE\0", struct.pack("<IQ", ssa_frame_pages, size))

    def record(self, tag, rest):
        self.stream += (tag + rest).ljust(64, b"\0")

    def page(self, off, flags, data=b"", chunks=range(16)):
        data = data.ljust(PAGE, b"\0")
        assert len(data) == PAGE and off % PAGE == 0
        self.record(b"EADD\0\0\0\0", struct.pack("<QQ", off, flags))
        for c in chunks:
            self.record(b"EEXTEND\0", struct.pack("<Q", off + 256 * c))
            self.stream += data[256 * c:256 * c + 256]

    def hex(self):
        return hashlib.sha256(self.stream).hexdigest()


# ---- ELF ----

class Segment:
    def __init__(self, vaddr, data, memsz, flags, ptype=1, align=PAGE):
        self.vaddr, self.data, self.memsz, self.flags, self.type, self.align = vaddr, bytes(data), memsz, flags, ptype, align
        self.inside = None  # a file offset: it has no bytes of its own, but lies there inside another segment
        self.off = None     # where build() put it


class Section:
    def __init__(self, name, data=b"", addr=0, off=None, size=None, align=1, kind=1):
        self.name, self.data, self.addr, self.align, self.kind = name, bytes(data), addr, align, kind
        self.inside = self.off = off
        self.size = len(data) if size is None else size


class Elf:
    """Segments one after another behind the headers, then the sections that have bytes of their own, then the section table."""

    def __init__(self, bits=64, entry=0x1000, etype=3, machine=None):
        self.bits, self.entry, self.etype = bits, entry, etype
        self.machine = machine or (62 if bits == 64 else 3)
        self.segments, self.sections = [], []

    def phdr(self, s):
        if self.bits == 64:
            return struct.pack("<IIQQQQQQ", s.type, s.flags, s.off, s.vaddr, s.vaddr, len(s.data), s.memsz, s.align)
        return struct.pack("<IIIIIIII", s.type, s.off, s.vaddr, s.vaddr, len(s.data), s.memsz, s.flags, s.align)

    def shdr(self, name, s):
        f = "<IIQQQQIIQQ" if self.bits == 64 else "<IIIIIIIIII"
        return struct.pack(f, name, s.kind, 0, s.addr, s.off, s.size, 0, 0, s.align, 0)

    def build(self):
        ehdr_len, phdr_len, shdr_len = (64, 56, 64) if self.bits == 64 else (52, 32, 40)
        at = ehdr_len + phdr_len * len(self.segments)
        body = b""
        for s in self.segments + self.sections:
            s.off = at + len(body) if s.inside is None else s.inside
            if s.inside is None:
                body += s.data
        names = b"\0"
        name_off = []
        for s in self.sections + [Section(".shstrtab")]:
            name_off.append(len(names))
            names += s.name.encode() + b"\0"
        table = Section(".shstrtab", names, off=at + len(body), kind=3)
        body += names
        shoff = at + len(body)
        empty = Section("", off=0, kind=0)
        headers = self.shdr(0, empty) + b"".join(self.shdr(n, s) for n, s in zip(name_off, self.sections + [table]))
        num = len(self.sections) + 2
        ident = b"\x7fELF" + bytes([2 if self.bits == 64 else 1, 1, 1]) + bytes(9)
        f = "<HHIQQQIHHHHHH" if self.bits == 64 else "<HHIIIIIHHHHHH"
        ehdr = ident + struct.pack(f, self.etype, self.machine, 1, self.entry, ehdr_len, shoff, 0, ehdr_len, phdr_len,
                                   len(self.segments), shdr_len, num, num - 1)
        return ehdr + b"".join(self.phdr(s) for s in self.segments) + body + headers


def flags_of(segment):
    f = segment.flags
    return REG | (R if f & 4 else 0) | (W if f & 2 else 0) | (X if f & 1 else 0)


def segment_pages(segment, content=None):
    """{page: bytes} of a segment, in order: file bytes where they lie, zeros elsewhere."""
    content = segment.data if content is None else content
    first, last = segment.vaddr // PAGE, (segment.vaddr + segment.memsz - 1) // PAGE
    pages = {}
    for n in range(first, last + 1):
        page = bytearray(PAGE)
        for i in range(PAGE):
            k = n * PAGE + i - segment.vaddr
            if 0 <= k < len(content):
                page[i] = content[k]
        pages[n] = bytes(page)
    return pages


# ---- Intel SDK ----

class Entry:
    def __init__(self, ident, pages, rva, flags=REG | R | W, attr=3, content=None, fill=0):
        self.id, self.pages, self.rva, self.flags, self.attr, self.content, self.fill = ident, pages, rva, flags, attr, content, fill
        self.raw = None


class Group:
    def __init__(self, entries, times, step):
        self.id, self.entries, self.times, self.step = 0x1009, entries, times, step
        self.raw = None


def block(version, enclave_size, layout, patches=(), elrange=None, ssa=1, attributes=(4, 3), edit=None):
    """A metadata block. patches: (file offset, bytes). Contents lie behind the tables."""
    head = 1904
    size = head + 32 * len(patches) + 32 * len(layout) + (24 if elrange else 0)
    contents, table, patch_table = b"", b"", b""
    for off, data in patches:
        patch_table += struct.pack("<QII16x", off, size + len(contents), len(data))
        contents += data
    for e in layout:
        if e.raw is not None:
            table += e.raw
        elif isinstance(e, Group):
            table += struct.pack("<HHIQ16x", e.id, e.entries, e.times, e.step)
        elif e.content is not None:
            table += struct.pack("<HHIQIIQ", e.id, e.attr, e.pages, e.rva, len(e.content), size + len(contents), e.flags)
            contents += e.content
        else:
            table += struct.pack("<HHIQIIQ", e.id, e.attr, e.pages, e.rva, e.fill, 0, e.flags)
    out = bytearray(struct.pack("<QQIIIIIIQQQ", MAGIC, version, size + len(contents), 1, ssa, 2632, 0, 0, enclave_size, *attributes))
    out += bytes(1808)
    at = head
    out += struct.pack("<IIII", at, 32 * len(patches), at + 32 * len(patches), 32 * len(layout))
    at += 32 * (len(patches) + len(layout))
    out += struct.pack("<IIII", at if elrange else 0, 24 if elrange else 0, 0, 0)
    out += patch_table + table + (struct.pack("<QQQ", *elrange) if elrange else b"") + contents
    for off, data in (edit or {}).items():
        out[off:off + len(data)] = data
    return bytes(out)


def note(blocks, cap=None, name=NOTE_NAME):
    body = b"".join(blocks)
    cap = len(body) + 64 if cap is None else cap
    return struct.pack("<III", len(name), cap, 1) + name + body.ljust(cap, b"\0")


def tcs_page(template, rva):
    page = bytearray(template.ljust(PAGE, b"\0"))
    for at in (16, 48, 56):
        v, = struct.unpack_from("<Q", page, at)
        struct.pack_into("<Q", page, at, (v + rva) % 2 ** 64)
    return bytes(page)


def measure_layout(m, layout, shift=0):
    def one(e, delta):
        if not e.attr & 1 or not e.flags:
            return
        for k in range(e.pages):
            rva = e.rva + delta + k * PAGE
            if e.content is not None and e.flags == TCS:
                m.page(rva + shift, e.flags, tcs_page(e.content, e.rva + delta), range(16) if e.attr & 2 else ())
            elif e.content is not None:
                m.page(rva + shift, e.flags, e.content[k * PAGE:k * PAGE + PAGE])
            else:
                m.page(rva + shift, e.flags, struct.pack("<I", e.fill) * 1024, range(16) if e.attr & 2 else ())
    for i, e in enumerate(layout):
        if isinstance(e, Group):
            for time in range(1, e.times + 1):
                for x in layout[i - e.entries:i]:
                    one(x, time * e.step)
        else:
            one(e, 0)


TEMPLATE = struct.pack("<QQQIIQQQQII", 0, 0, PAGE, 0, 2, 0x1000, 0, 3 * PAGE, 3 * PAGE, 0xFFFFFFFF, 0xFFFFFFFF)


def threads(rva, groups=1):
    """heap, then guard, stack, TCS, SSA (2), TD; replayed."""
    out = [Entry(1, 3, rva, attr=1), Entry(10, 1, rva + 3 * PAGE, flags=0, attr=0),
           Entry(8, 2, rva + 4 * PAGE, fill=0xCCCCCCCC), Entry(4, 1, rva + 6 * PAGE, flags=TCS, content=TEMPLATE),
           Entry(6, 2, rva + 7 * PAGE), Entry(5, 1, rva + 9 * PAGE, content=b"thread data" * 5)]
    if groups:
        out.append(Group(5, groups, 7 * PAGE))
    return out


def sdk_segments():
    text = bytes(range(256)) * 3 + b"\x0f\x01\xd7"
    data = b"some data" * 50
    return [Segment(0x1000, text, len(text), 5), Segment(0x2000 + 0xE10, data, 0x2400, 6)]


class Sdk:
    """One SDK file; everything can be changed by the caller before build()."""

    def __init__(self, version=1 << 32 | 5, bits=64, size=0x40000, layout=None, segments=None, **options):
        self.elf = Elf(bits)
        self.elf.segments = segments or sdk_segments()
        self.version, self.size = version, size
        self.layout = threads(0x6000) if layout is None else layout
        self.options = options
        self.patches = []
        self.writable = {}
        self.blocks = None
        self.note_options = {}
        self.sections = []

    def build(self):
        blocks = self.blocks or [block(self.version, self.size, self.layout, self.patches, **self.options)]
        self.elf.sections = self.sections + [Section(".note.sgxmeta", note(blocks, **self.note_options), kind=7)]
        return self.elf.build()

    def mrenclave(self, file, extra_pages=()):
        elrange = self.options.get("elrange")
        m = Measurement(self.options.get("ssa", 1), elrange[2] if elrange else self.size)
        shift = elrange[0] - elrange[1] if elrange else 0
        file = bytearray(file)
        for off, data in self.patches:
            file[off:off + len(data)] = data
        for s in self.elf.segments:
            if s.type != 1:
                continue
            with_bytes = up(s.vaddr + len(s.data)) // PAGE
            for n, page in segment_pages(s, file[s.off:s.off + len(s.data)]).items():
                flags = flags_of(s)
                if n in self.writable and n < with_bytes:
                    flags |= W
                m.page(n * PAGE + shift, flags, page)
            for after, off, flags in extra_pages:
                if after is s:
                    m.page(off + shift, flags)
        measure_layout(m, self.layout, shift)
        return m.hex()


def dynamic(bits, pairs):
    f = "<QQ" if bits == 64 else "<II"
    return b"".join(struct.pack(f, *p) for p in pairs) + struct.pack(f, 0, 0)


def text_relocations(bits):
    """Relocations in the text's first page and across the border to its third."""
    where = [0x1010, 0x2FFC if bits == 64 else 0x2FFE]
    if bits == 64:
        rela = b"".join(struct.pack("<QQq", w, 8, 0) for w in where) + struct.pack("<QQq", 0x1800, 0, 0)
        tags, entry = (7, 8), rela
    else:
        entry = b"".join(struct.pack("<II", w, 8) for w in where)
        tags = (17, 18)
    text = bytes(0x2800)
    data_at = 0x4000
    dyn = dynamic(bits, [(22, 0), (tags[0], data_at), (tags[1], len(entry))])
    data = entry + dyn
    head = (64 if bits == 64 else 52) + 3 * (56 if bits == 64 else 32)
    d = Segment(data_at + len(entry), dyn, len(dyn), 6, ptype=2)
    d.inside = head + len(text) + len(entry)
    sdk = Sdk(bits=bits, segments=[Segment(0x1000, text, len(text), 5), Segment(data_at, data, len(data) + PAGE, 6), d])
    sdk.writable = {1, 2, 3}
    return sdk


def good_sdk(out):
    sdk = Sdk()
    out.ok("sdk", "sdk-plain", sdk.build(), sdk)
    sdk = Sdk(layout=threads(0x6000, groups=3), ssa=1)
    out.ok("sdk", "sdk-four-threads", sdk.build(), sdk)
    # patches change the headers, which the first segment covers, and some data
    s = sdk_segments()
    sdk = Sdk(segments=s)
    sdk.build()
    sdk.patches = [(s[0].off + 5, b"patched text"), (s[1].off, b"patched data" * 3)]
    out.ok("sdk", "sdk-patches", sdk.build(), sdk)
    sdk = Sdk(version=11 << 32 | 5, elrange=(0x200000, 0x100000, 0x400000))
    out.ok("sdk", "sdk-elrange", sdk.build(), sdk)
    for bits in (64, 32):
        sdk = text_relocations(bits)
        out.ok("sdk", f"sdk-textrel-{bits}", sdk.build(), sdk)
    # 1.3: a segment that begins late in its page got one page more than it needs
    s = [Segment(0x1800, b"late text" * 20, 0x1000 + 0x100, 5), Segment(0x6F00, b"late data", 0x10, 6)]
    sdk = Sdk(version=1 << 32 | 3, segments=s, layout=threads(0x9000))
    file = sdk.build()
    out.add("ok", "sdk", "sdk-1.3-gap", file, sdk.mrenclave(file, [(s[0], 0x3000, REG | R | X), (s[1], 0x7000, REG | R | W)]))
    # three blocks: the loader without EDMM takes the second; each has its own layout
    sdks = [Sdk(version=3 << 32 | 0, layout=threads(0x7000)), Sdk(version=1 << 32 | 4), Sdk(version=2 << 32 | 4, layout=threads(0x8000))]
    sdks[0].blocks = [block(x.version, x.size, x.layout) for x in sdks]
    file = sdks[0].build()
    for i, x in enumerate(sdks):
        x.elf = sdks[0].elf
        out.add("ok", "sdk", f"sdk-three-blocks#{i}", file, x.mrenclave(file))
    out.add("ok", "sdk", "sdk-three-blocks", file, sdks[1].mrenclave(file))


def bad_sdk(out):
    def bad(name, code, field, file):
        out.add("bad", "sdk", "bad-" + name, file, code, field)

    def layout(name, code, field, entries, **options):
        bad(name, code, field, Sdk(layout=entries, **options).build())

    def edited(name, code, field, edit):
        bad(name, code, field, Sdk(edit=edit).build())

    def file_edit(name, code, field, off, data):
        file = bytearray(Sdk().build())
        file[off:off + len(data)] = data
        bad(name, code, field, bytes(file))

    u16, u32, u64 = (lambda v: struct.pack("<H", v)), (lambda v: struct.pack("<I", v)), (lambda v: struct.pack("<Q", v))
    file_edit("elf-class", "format", "elf.class", 4, b"\3")
    file_edit("elf-byte-order", "format", "elf.byte_order", 5, b"\2")
    file_edit("elf-version", "version", "elf.version", 6, b"\2")
    file_edit("elf-type", "unsupported", "elf.type", 16, u16(2))
    file_edit("elf-machine", "unsupported", "elf.machine", 18, u16(183))
    file_edit("elf-no-segments", "format", "elf.num_segments", 56, u16(0))
    file_edit("elf-many-segments", "too_large", "elf.num_segments", 56, u16(65535))
    file_edit("elf-segment-len", "format", "elf.segment_len", 54, u16(55))
    file_edit("elf-segments-outside", "truncated", "elf.segments", 32, u64(2 ** 64 - 8))
    file_edit("elf-many-sections", "too_large", "elf.num_sections", 60, u16(65535))
    file_edit("elf-section-len", "format", "elf.section_len", 58, u16(40))
    file_edit("elf-sections-outside", "truncated", "elf.sections", 40, u64(2 ** 63))
    file_edit("elf-names-index", "format", "elf.names_index", 62, u16(4000))
    file_edit("elf-no-sections", "format", "elf.enclave_section", 60, u16(0))
    file_edit("segment-off", "truncated", "elf.segment", 64 + 8, u64(2 ** 64 - 1))
    file_edit("segment-filesz", "format", "elf.segment.filesz", 64 + 40, u64(0))
    file_edit("segment-vaddr", "format", "elf.segment.vaddr", 64 + 16, u64(2 ** 64 - 1))
    file_edit("segment-outside-enclave", "format", "image.page.outside_enclave", 64 + 16, u64(0x40000))
    file_edit("segments-overlap", "duplicate", "image.page", 64 + 16, u64(0x2000))
    bad("note-name", "format", "metadata.note.name", _note(name=b"sgx_metadatA\0"))
    bad("note-name-len", "format", "metadata.note.name", _note(name=b"sgx_metadata\0\0\0\0"))
    bad("note-empty", "format", "metadata.magic", _note(blocks=[b""]))
    sdk = Sdk()
    sdk.blocks = [block(sdk.version, sdk.size, sdk.layout)] * 9
    bad("many-blocks", "too_large", "metadata.num_blocks", sdk.build())
    edited("block-small", "format", "metadata.size", {16: u32(1887)})
    edited("block-large", "format", "metadata.size", {16: u32(0x7FFFFFFF)})
    edited("patches-outside", "format", "metadata.patches", {1872: u32(0xFFFFFFF0) + u32(32)})
    edited("patches-odd", "format", "metadata.patches", {1872 + 4: u32(31)})
    edited("layout-outside", "format", "metadata.layout", {1880: u32(4000)})
    edited("layout-odd", "format", "metadata.layout", {1884: u32(33)})
    edited("size-zero", "format", "image.enclave_size", {40: u64(0)})
    edited("size-odd", "format", "image.enclave_size", {40: u64(0x40001)})
    edited("size-three-pages", "format", "image.enclave_size", {40: u64(0x3000)})
    edited("size-huge", "too_large", "image.enclave_size", {40: u64(2 ** 63)})
    edited("ssa-zero", "format", "image.ssa_frame_pages", {24: u32(0)})
    for name, elrange in (("low", (0x1000, 0x2000, 0x400000)), ("small", (0x3F0000, 0, 0x400000)), ("wrap", (2 ** 64 - 1, 0, 0x400000))):
        bad("elrange-" + name, "format", "metadata.elrange", Sdk(version=11 << 32 | 5, elrange=elrange).build())
    for name, patch, field in (("source", u64(0) + u32(0xFFFFFFFF) + u32(8), "metadata.patch.source"),
                               ("target", u64(2 ** 64 - 4) + u32(0) + u32(8), "metadata.patch.file_off")):
        sdk = Sdk(edit={1904: patch})
        sdk.patches = [(0x40, b"x" * 8)]
        bad("patch-" + name, "format", field, sdk.build())
    layout("entry-outside", "format", "image.page.outside_enclave", [Entry(1, 1, 0x40000)])
    layout("entry-past-end", "format", "image.page.outside_enclave", [Entry(1, 2, 0x3F000)])
    layout("entry-wraps", "format", "image.page.outside_enclave", [Entry(1, 1, 2 ** 64 - PAGE)])
    layout("entry-unaligned", "format", "image.page.offset", [Entry(1, 1, 0x10001)])
    layout("entry-many-pages", "format", "image.page.outside_enclave", [Entry(1, 2 ** 32 - 1, 0x10000)])
    layout("entry-secs", "format", "image.page.secinfo", [Entry(1, 1, 0x10000, flags=3)])
    layout("entry-trim", "format", "image.page.secinfo", [Entry(1, 1, 0x10000, flags=0x403)])
    layout("entry-flags", "format", "metadata.layout.secinfo", [Entry(1, 1, 0x10000, flags=2 ** 40 | 0x203)])
    layout("entry-pending", "format", "image.page.secinfo", [Entry(1, 1, 0x10000, flags=0x20B)])
    layout("entries-overlap", "duplicate", "image.page", [Entry(1, 9, 0x10000), Entry(8, 1, 0x18000)])
    layout("entry-on-segment", "duplicate", "image.page", [Entry(1, 1, 0x1000)])
    e = Entry(5, 1, 0x10000, content=b"x")
    e.raw = struct.pack("<HHIQIIQ", 5, 3, 1, 0x10000, 100, 0xFFFFFFF0, 0x203)
    layout("content-outside", "format", "metadata.layout.content", [e])
    e = Entry(4, 1, 0x10000, flags=TCS)
    e.raw = struct.pack("<HHIQIIQ", 4, 3, 1, 0x10000, 72, 0x7FFFFFFF, TCS)
    layout("tcs-content-outside", "format", "metadata.layout.content", [e])
    layout("group-before-start", "format", "metadata.layout.group.entries", [Entry(1, 1, 0x10000), Group(2, 1, PAGE)])
    layout("group-many-times", "too_large", "metadata.layout.group.times", [Entry(10, 1, 0x10000, 0, 0), Group(1, 2 ** 32 - 1, 0)])
    layout("group-step", "format", "metadata.layout.group.step", [Entry(10, 1, 0x10000, 0, 0), Group(1, 3, 2 ** 63)])
    layout("group-overlap", "duplicate", "image.page", [Entry(1, 1, 0x10000), Group(1, 1, 0)])
    layout("group-unaligned", "format", "image.page.offset", [Entry(1, 1, 0x10000), Group(1, 1, 1)])
    layout("group-nested", "unsupported", "metadata.layout.nested_group",
           [Entry(1, 1, 0x10000), Group(1, 1, PAGE), Group(2, 1, 2 * PAGE)])
    layout("many-measured-pages", "too_large", "image.measured_pages", [Entry(8, 2 ** 22, 0x10000)], size=2 ** 36)
    layout("many-pages", "too_large", "image.pages", [Entry(1, 2 ** 27, 0x10000, attr=1)], size=2 ** 40)
    sdk = text_relocations(64)
    file = bytearray(sdk.build())
    at = sdk.elf.segments[1].off
    file[at:at + 8] = u64(2 ** 63)
    bad("relocation-outside", "format", "elf.relocation.offset", bytes(file))
    file = bytearray(sdk.build())
    at = sdk.elf.segments[2].off
    file[at + 40:at + 48] = u64(2 ** 40)
    bad("relocations-outside", "format", "elf.relocations", bytes(file))


def _note(**options):
    sdk = Sdk()
    blocks = options.pop("blocks", None)
    if blocks:
        sdk.blocks = blocks
    sdk.note_options = options
    return sdk.build()


# ---- our own signing: the layout of src/image/sign.h ----

def unsigned(cap=0x1000, **elf):
    sdk = Sdk()
    sdk.blocks = [b""]
    sdk.note_options = {"cap": cap}
    for name, value in elf.items():
        setattr(sdk.elf, name, value)
    return sdk, sdk.build()


def signed_measurement(sdk, file, tcs, stack, heap, frame, ssa):
    at, guard, rw = 0x6000, 16 * PAGE, REG | R | W
    start = at + guard + heap * PAGE
    thread = (guard * 3 + (stack + 1 + ssa * frame + 1) * PAGE)
    end = start + thread * tcs
    size = power(end)
    m = Measurement(frame, size)
    file = bytearray(file)
    file[40:48] = bytes(8)
    file[60:64] = bytes(4)
    for s in sdk.elf.segments:
        for n, page in segment_pages(s, file[s.off:s.off + len(s.data)]).items():
            m.page(n * PAGE, flags_of(s), page)
    for i in range(heap):
        m.page(at + guard + i * PAGE, rw, chunks=())
    for t in range(tcs):
        base = start + t * thread
        low, top = base + guard, base + guard + stack * PAGE
        tcs_at = top + guard
        td = tcs_at + PAGE + ssa * frame * PAGE + guard
        for i in range(stack):
            m.page(low + i * PAGE, rw)
        m.page(tcs_at, TCS, struct.pack("<QQQIIQQQQII", 0, 0, tcs_at + PAGE, 0, ssa, 0x1000, 0, td, td, 2 ** 32 - 1, 2 ** 32 - 1))
        for i in range(ssa * frame):
            m.page(tcs_at + PAGE + i * PAGE, rw)
        m.page(td, rw, struct.pack("<QQqqqQQ", 0, 0, top - tcs_at, low - tcs_at, PAGE + frame * PAGE - 184, 0, size))
    return m.hex()


def signing(out):
    sdk, file = unsigned()
    sdk_head, _ = unsigned()
    # the first segment covers the file's headers, as linkers without our script make it
    head = Segment(0, b"", 0x1000, 4)
    sdk_head.elf.segments = [head] + sdk_segments()
    head.inside, head.data = 0, bytes(64)
    file_head = sdk_head.build()
    for model, data, name in ((sdk, file, "unsigned"), (sdk_head, file_head, "unsigned-head")):
        out.add("raw", "sdk", name, data)
        for counts in ((1, 16, 0, 1, 2), (3, 4, 5, 1, 2), (1, 1, 1, 2, 3), (64, 1, 0, 1, 1)):
            out.lines.append(" ".join(["sign", name] + [str(c) for c in counts] + [signed_measurement(model, data, *counts)]))

    def refuse(name, code, field, data):
        out.refuse(name, data, code, field)

    refuse("refuse-small-note", "too_large", "metadata.note", unsigned(cap=2000)[1])
    refuse("refuse-entry", "format", "elf.entry", unsigned(entry=0x3000)[1])
    refuse("refuse-32-bit", "unsupported", "elf.class", _raw(bits=32))
    model = Sdk()
    model.blocks = [b""]
    model.note_options = {"cap": 4096}
    model.elf.segments = sdk_segments()
    model.build()
    inside = Segment(0x5000, bytes(16), 16, 4)
    inside.inside = model.elf.sections[-1].off + 100
    again = Sdk()
    again.blocks, again.note_options = [b""], {"cap": 4096}
    again.elf.segments = sdk_segments() + [inside]
    refuse("refuse-note-in-segment", "format", "elf.note_in_segment", again.build())
    for name, tag, field in (("text-relocations", 22, "elf.text_relocations"), ("needed", 1, "elf.needed")):
        model = Sdk()
        model.blocks, model.note_options = [b""], {"cap": 4096}
        dyn = dynamic(64, [(tag, 1)])
        model.elf.segments = sdk_segments() + [Segment(0x5F00, dyn, len(dyn), 6, ptype=2)]
        refuse("refuse-" + name, "unsupported", field, model.build())
    elf = Elf()
    elf.segments = sdk_segments()
    refuse("refuse-no-note", "format", "elf.note_sgxmeta", elf.build())


def _raw(bits):
    sdk = Sdk(bits=bits)
    sdk.blocks, sdk.note_options = [b""], {"cap": 4096}
    return sdk.build()


# ---- Open Enclave ----

class Oe:
    """Text, data with .oeinfo and variables, thread-local data; symbols and relocations in their sections."""

    def __init__(self, heap=3, stack=2, tcs=2, tls=True, config_len=64, **edit):
        self.heap, self.stack, self.tcs, self.tls, self.config_len, self.edit = heap, stack, tcs, tls, config_len, edit
        self.variables = ["_enclave_rva", "_reloc_rva", "_reloc_size", "_td_from_tcs_offset"]
        if tls:
            self.variables += ["_tdata_rva", "_tdata_size", "_tdata_align", "_tbss_size", "_tbss_align"]
        self.tdata = b"thread local" * 3 if tls else b""
        self.tbss = 5000 if tls else 0
        self.data_rva, self.info_rva, self.var_rva, self.tls_rva = 0x3000, 0x3100, 0x3A00, 0x3B00

    def info(self):
        config = struct.pack("<HHI", 7, 9, self.edit.get("flags", 0))
        if self.config_len == 64:
            config += bytes(32) + struct.pack("<QQQ", 4, 0, 0)
        else:
            config += struct.pack("<Q", 4)
        size = self.edit.get("size", 32 + self.config_len + 48 + 1808 + 8)
        head = struct.pack("<IIQQQ", size, 2, self.edit.get("heap", self.heap), self.edit.get("stack", self.stack),
                           self.edit.get("tcs", self.tcs))
        return head + config + bytes(48) + (b"S" if self.tls else b"\0") * 1808 + b"OEINFO!\0"

    def parts(self):
        names = b"\0"
        symbols = bytes(24)
        for i, v in enumerate(self.variables):
            place = self.edit.get("symbol", self.var_rva + 8 * i)
            symbols += struct.pack("<IBBHQQ", len(names), 0x11, 0, 1, place, 8)
            names += v.encode() + b"\0"
        symbols += struct.pack("<IBBHQQ", 0, 6, 0, 1, 0x28, 4)  # a thread-local symbol
        tpoff = self.edit.get("tpoff", len(self.variables) + 1)
        rela = struct.pack("<QQq", self.data_rva, 8, 0x1234)
        if self.tls:
            rela += struct.pack("<QQq", self.data_rva + 8, tpoff << 32 | 18, 0)
        plt = struct.pack("<QQq", self.data_rva + 16, 8, 0x77)
        return names, symbols, rela, plt

    def build(self):
        info = self.info()
        data = bytearray(0xC00)
        data[0x100:0x100 + len(info)] = info
        if self.tls:
            data[0xB00:0xB00 + len(self.tdata)] = self.tdata
        elf = Elf()
        text = bytes(range(200)) * 3
        elf.segments = [Segment(0x0, b"read only" * 9, 81, 4), Segment(0x1000, text, len(text), 5),
                        Segment(self.data_rva, data, 0x2800, 6)]
        if self.tls:
            t = Segment(self.tls_rva, self.tdata, len(self.tdata) + self.tbss, 4, ptype=7, align=64)
            elf.segments.append(t)
        if self.edit.get("needed"):
            elf.segments.append(Segment(0x800000, dynamic(64, [(1, 1)]), 32, 6, ptype=2))
        head = 64 + 56 * len(elf.segments)
        data_off = head + 81 + len(text)
        if self.tls:
            t.inside = data_off + 0xB00
        names, symbols, rela, plt = self.parts()
        elf.sections = [Section(".oeinfo", info, self.info_rva, off=data_off + 0x100), Section(".dynsym", symbols),
                        Section(".dynstr", names), Section(".rela.dyn", rela), Section(".rela.plt", plt)]
        if self.tls:
            elf.sections += [Section(".tdata", addr=self.tls_rva, off=data_off + 0xB00, size=len(self.tdata), align=4),
                             Section(".tbss", addr=self.tls_rva + 64, off=0, size=self.tbss, align=16)]
        self.data, self.text, self.info_len = data, text, len(info)
        return elf.build()

    def mrenclave(self, _file):
        names, symbols, rela, plt = self.parts()
        relocations = bytearray(rela + plt)
        if self.tls:
            struct.pack_into("<q", relocations, 24 + 16, 0x28)
        relocations = bytes(relocations).ljust(up(len(relocations)), b"\0")
        image = up(self.data_rva + 0x2800)
        tls_pages = (up(up(len(self.tdata), 64) + up(self.tbss, 16))) // PAGE if self.tls else 0
        total = image + len(relocations) + self.heap * PAGE + self.tcs * (self.stack + 2 + tls_pages + 5) * PAGE
        size = power(total)
        data = self.data[:]
        at = 0x100 + 32 + self.config_len
        data[at:at + 48] = struct.pack("<QQQQQQ", self.info_rva, self.info_len, image, len(relocations), image + len(relocations), size)
        data[at + 48:at + 48 + 1808] = bytes(1808)
        values = [self.var_rva, image, len(relocations), (tls_pages + 4) * PAGE, self.tls_rva, len(self.tdata), 64, self.tbss, 16]
        for i in range(len(self.variables)):
            struct.pack_into("<Q", data, 0xA00 + 8 * i, values[i])
        m = Measurement(1, size)
        m.page(0, REG | R, b"read only" * 9)
        m.page(0x1000, REG | R | X, self.text)
        for n in range(3):
            m.page(self.data_rva + n * PAGE, REG | R | W, bytes(data[n * PAGE:n * PAGE + PAGE]))
        at = image
        for n in range(0, len(relocations), PAGE):
            m.page(at, REG | R, relocations[n:n + PAGE])
            at += PAGE
        for _ in range(self.heap):
            m.page(at, REG | R | W, chunks=())
            at += PAGE
        for _ in range(self.tcs):
            at += PAGE
            for _ in range(self.stack):
                m.page(at, REG | R | W, b"\xcc" * PAGE)
                at += PAGE
            at += PAGE
            td = at + (tls_pages + 4) * PAGE
            m.page(at, TCS, struct.pack("<QQQIIQQQQII", 0, 0, at + PAGE, 0, 2, 0x1000, 0, td, td, 2 ** 32 - 1, 2 ** 32 - 1))
            m.page(at + PAGE, REG | R | W)
            m.page(at + 2 * PAGE, REG | R | W)
            at += 4 * PAGE
            for _ in range(tls_pages + 1):
                m.page(at, REG | R | W)
                at += PAGE
        return m.hex()


def oe(out):
    for name, x in (("oe-plain", Oe(tls=False)), ("oe-tls", Oe()), ("oe-old-config", Oe(config_len=16)), ("oe-no-heap", Oe(heap=0, tcs=1))):
        out.ok("oe", name, x.build(), x)
    for name, code, field, edit in (
            ("size", "format", "oeinfo.header.size", {"size": 1961}),
            ("size-truncated", "format", "oeinfo.header.size", {"size": 2 ** 31}),
            ("heap", "too_large", "oeinfo.heap_pages", {"heap": 2 ** 60}),
            ("stack", "too_large", "oeinfo.stack_pages", {"stack": 2 ** 63}),
            ("tcs", "too_large", "oeinfo.num_tcs", {"tcs": 2 ** 32}),
            ("zero-base", "unsupported", "oeinfo.config.zero_base", {"flags": 2}),
            ("needed", "unsupported", "oe.needed_module", {"needed": True}),
            ("symbol-outside", "format", "oe.symbol", {"symbol": 2 ** 64 - 4}),
            ("tpoff-symbol", "format", "elf.relocation.symbol", {"tpoff": 2 ** 31})):
        out.add("bad", "oe", "bad-oe-" + name, Oe(**edit).build(), code, field)


# ---- sgxs, flat, PE ----

def record(tag, *values):
    return (tag + b"".join(values)).ljust(64, b"\0")


def added_tcs(page):
    """What EADD leaves of a TCS for EEXTEND to see: without STATE, FLAGS.DBGOPTIN, CSSA and AEP."""
    return bytes(8) + bytes((page[8] & 0xFE,)) + page[9:24] + bytes(4) + page[28:40] + bytes(8) + page[48:]


def sgxs(out):
    u32, u64 = (lambda v: struct.pack("<I", v)), (lambda v: struct.pack("<Q", v))
    create = record(b"ECREATE\0", u32(1), u64(0x8000))
    data = bytes(range(1, 256)) + b"\1"

    def add(off, flags=0x203):
        return record(b"EADD\0\0\0\0", u64(off), u64(flags))

    def chunk(off, tag=b"EEXTEND\0"):
        return record(tag, u64(off)) + data

    unmeasured = b"UNMEASRD"
    rest = b"".join(chunk(256 * i) for i in range(1, 16)) + add(0x1000) + chunk(0x1300) + chunk(0x1F00)
    stream = create + add(0, 0x100) + chunk(0) + rest
    seen = create + add(0, 0x100) + record(b"EEXTEND\0", u64(0)) + added_tcs(data) + rest
    out.add("ok", "sgxs", "sgxs-measured", stream, hashlib.sha256(seen).hexdigest())
    mixed = stream + add(0x3000) + chunk(0x3000, unmeasured) + chunk(0x3100) + chunk(0x3000 + 0xF00, unmeasured) + add(0x2000)
    plain = seen + add(0x3000) + chunk(0x3100) + add(0x2000)
    out.add("ok", "sgxs", "sgxs-unmeasured", mixed, hashlib.sha256(plain).hexdigest())
    start = create + add(0x1000)
    for name, code, field, file in (
            ("empty-page-outside", "format", "image.page.outside_enclave", create + add(0x8000)),
            ("unaligned", "format", "image.page.offset", create + add(0x1001)),
            ("twice", "duplicate", "image.page", start + add(0x2000) + add(0x1000)),
            ("chunk-first", "format", "sgxs.chunk.offset", create + chunk(0)),
            ("chunk-elsewhere", "format", "sgxs.chunk.offset", start + chunk(0x2000)),
            ("chunk-unaligned", "format", "sgxs.chunk.offset", start + chunk(0x1010)),
            ("chunk-twice", "duplicate", "sgxs.chunk.offset", start + chunk(0x1000) + chunk(0x1000, unmeasured)),
            ("chunk-order", "unsupported", "sgxs.chunk.order", start + chunk(0x1100) + chunk(0x1000)),
            ("chunk-cut", "truncated", "sgxs.chunk", start + chunk(0x1100)[:-1]),
            ("tag-cut", "truncated", "sgxs.tag", start + b"EEX"),
            ("add-cut", "truncated", "sgxs.eadd", start[:-1]),
            ("create-cut", "truncated", "sgxs.ecreate", create[:63]),
            ("create-twice", "format", "sgxs.tag", create + create),
            ("create-reserved", "format", "sgxs.ecreate.reserved", create[:63] + b"\1"),
            ("add-reserved", "format", "sgxs.eadd.reserved", start[:-1] + b"\1"),
            ("tcs-permissions", "format", "sgxs.eadd.secinfo", create + add(0, 0x103)),
            ("secs", "format", "image.page.secinfo", create + add(0, 0x3)),
            ("size", "format", "image.enclave_size", record(b"ECREATE\0", u32(1), u64(0x7000)))):
        out.add("bad", "sgxs", "bad-sgxs-" + name, file, code, field)


def flat(out):
    body = bytes(range(256)) * 45
    m = Measurement(1, 0x4000)
    m.page(0, TCS, added_tcs(body[:PAGE]))
    for n in range(1, 3):
        m.page(n * PAGE, REG | R | W | X, body[n * PAGE:n * PAGE + PAGE])
    out.add("ok", "flat", "flat", body, m.hex())
    out.add("bad", "flat", "bad-flat-short", body[:4095], "truncated", "flat.tcs")


def pe(out):
    b = block(1 << 32 | 4, 0x40000, threads(0x6000))
    head = b"MZ" + bytes(58) + struct.pack("<I", 0x40)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 16, 0) + bytes(16)
    section = b".sgxmeta" + struct.pack("<IIII16x", len(b), 0x1000, len(b), 0x100)
    file = (head + coff + section).ljust(0x100, b"\0") + b

    def edit(off, data):
        return file[:off] + data + file[off + len(data):]

    out.add("bad", "pe", "bad-pe-measured", file, "unsupported", "image.windows")
    out.add("bad", "pe", "bad-pe-header", edit(0x3C, b"\xff\xff\xff\xff"), "truncated", "pe.header")
    out.add("bad", "pe", "bad-pe-magic", edit(0x40, b"PF"), "format", "pe.magic")
    out.add("bad", "pe", "bad-pe-sections", edit(0x46, b"\xff\xff"), "too_large", "pe.num_sections")
    out.add("bad", "pe", "bad-pe-section", edit(0x40 + 24 + 16 + 20, b"\xff\xff\xff\x7f"), "truncated", "pe.section")
    out.add("bad", "pe", "bad-pe-metadata", edit(0x100, b"\0"), "format", "pe.metadata")


class Out:
    def __init__(self, folder):
        self.folder, self.lines = folder, []
        os.makedirs(folder, exist_ok=True)

    def add(self, verdict, kind, name, file, *rest):
        with open(os.path.join(self.folder, name.split("#")[0]), "wb") as f:
            f.write(file)
        self.lines.append(" ".join((verdict, kind, name) + rest))

    def refuse(self, name, file, code, field):
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(file)
        self.lines.append(f"refuse {name} {code} {field}")

    def ok(self, kind, name, file, model):
        self.add("ok", kind, name, file, model.mrenclave(file))

    def finish(self):
        with open(os.path.join(self.folder, "index.txt"), "w", encoding="ascii") as f:
            f.write("\n".join(self.lines) + "\n")


def main():
    out = Out(sys.argv[1])
    good_sdk(out)
    bad_sdk(out)
    oe(out)
    sgxs(out)
    flat(out)
    pe(out)
    signing(out)
    out.finish()


main()
