/** A directed graph as lists: `edges[n]` are the vertices that vertex n leads to. */
export type Adjacency = readonly (readonly number[])[];

/**
 * The strongly connected components, each as its vertices: two vertices are in the same one if each can be reached from the
 * other. R. Tarjan, Depth-first search and linear graph algorithms, 1972; without recursion, since the graphs are deep.
 */
export function componentsOf(edges: Adjacency): number[][] {
  const search = new Search(edges);
  for (const root of edges.keys()) search.from(root);
  return search.components;
}

interface Visit {
  readonly vertex: number;
  /** How many of its edges have been gone */
  gone: number;
}

class Search {
  readonly components: number[][] = [];
  readonly #edges: Adjacency;
  readonly #order: number[];
  /** The earliest vertex that is known to be reachable from this one, and to reach it */
  readonly #low: number[];
  readonly #isOpen: boolean[];
  readonly #open: number[] = [];
  #next = 0;

  constructor(edges: Adjacency) {
    this.#edges = edges;
    this.#order = edges.map(() => -1);
    this.#low = edges.map(() => -1);
    this.#isOpen = edges.map(() => false);
  }

  from(root: number): void {
    if (this.#order[root] !== -1) return;
    const visits: Visit[] = [this.#enter(root)];
    for (let visit = visits.at(-1); visit; visit = visits.at(-1)) {
      const { vertex } = visit;
      const next = this.#edges[vertex]?.[visit.gone++];
      if (next === undefined) {
        visits.pop();
        this.#leave(vertex, visits.at(-1)?.vertex);
      } else if (this.#order[next] === -1) visits.push(this.#enter(next));
      else if (this.#isOpen[next]) this.#lower(vertex, this.#order[next]);
    }
  }

  #enter(vertex: number): Visit {
    this.#order[vertex] = this.#next;
    this.#low[vertex] = this.#next++;
    this.#isOpen[vertex] = true;
    this.#open.push(vertex);
    return { vertex, gone: 0 };
  }

  #leave(vertex: number, parent: number | undefined): void {
    if (parent !== undefined) this.#lower(parent, this.#low[vertex]);
    if (this.#low[vertex] !== this.#order[vertex]) return;
    const component = this.#open.splice(this.#open.lastIndexOf(vertex));
    for (const one of component) this.#isOpen[one] = false;
    this.components.push(component);
  }

  #lower(vertex: number, order = Number.POSITIVE_INFINITY): void {
    this.#low[vertex] = Math.min(this.#low[vertex] ?? order, order);
  }
}
