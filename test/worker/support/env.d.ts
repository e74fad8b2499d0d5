// What `cloudflare:workers` hands to the tests: the worker's own bindings and its own entry.

declare namespace Cloudflare {
  interface Env {
    readonly KV: KVNamespace
    readonly SHELF: DurableObjectNamespace<import('../../../worker/shelf.ts').Shelf>
    readonly ORIGIN: string
    readonly SHELVES: string
  }

  interface GlobalProps {
    mainModule: typeof import('../../../worker/main.ts')
  }
}
