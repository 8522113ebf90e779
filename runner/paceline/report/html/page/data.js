// The data blocks of the page: lists in JSON, compressed by zlib, in base64.

const COLUMNS = [
  "name", "group", "method", "url", "status", "outcome", "ms", "start", "elapsed", "size", "iteration", "phase",
  "failures", "told",
];
const PASSED = 0, FAILED = 1, SKIPPED = 2;
const OUTCOMES = ["passed", "failed", "skipped"];
const BLOCKS_KEPT = 8;

async function unpack(id) {
  const packed = atob(document.getElementById(id).textContent);
  const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** The list of the run; the details of an item are unpacked when they are asked for. */
class Run {
  constructor(index) {
    this.groups = index.groups;
    this.cookies = index.cookies;
    this.variables = index.variables;
    this.rows = index.rows.map((cells, number) => {
      const row = { number };
      COLUMNS.forEach((name, at) => { row[name] = cells[at]; });
      row.folder = index.groups[row.group].join(" › ");
      return row;
    });
    this.iterations = this.rows.reduce((most, row) => Math.max(most, row.iteration + 1), 1);
    this.firsts = index.blocks;
    this.unpacked = new Map(); // block to promise of its details, the one used last at the end
  }

  static async open() {
    return new Run(await unpack("index"));
  }

  async detail(number) {
    let block = this.firsts.length - 1;
    while (this.firsts[block] > number) block -= 1;
    const promise = this.unpacked.get(block) ?? unpack(`block-${block}`);
    this.unpacked.delete(block);
    this.unpacked.set(block, promise);
    if (this.unpacked.size > BLOCKS_KEPT) this.unpacked.delete(this.unpacked.keys().next().value);
    return (await promise)[number - this.firsts[block]];
  }

  /** Text in which a search looks, in small letters. */
  searched(row) {
    row.text ??= [row.name, row.folder, row.method, row.url, row.status || "", row.told, row.phase].join("\n").toLowerCase();
    return row.text;
  }
}
