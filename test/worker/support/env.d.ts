// The environment that `cloudflare:workers` gives to the tests: the worker's own bindings and its own entry.

declare namespace Cloudflare {
  interface Env {
    readonly ASSETS?: Fetcher
    readonly KV: KVNamespace
    readonly R2?: R2Bucket
    /** A bucket that the worker is bound to only where a test says so. */
    readonly BUCKET: R2Bucket
    readonly SHELF: DurableObjectNamespace<import('../../../worker/drops/shelf.ts').Shelf>
    readonly RACK: DurableObjectNamespace<import('../../../worker/boxes/rack.ts').Rack>
    readonly ORIGIN: string
    readonly SHELVES: string
    readonly LARGEST_ON_KV?: string
    readonly LARGEST_ON_R2?: string
    readonly BOX_ITEMS?: string
    readonly BOX_BYTES?: string
    readonly BOX_BYTES_PER_DAY?: string
    readonly BARE_BOX_ITEMS?: string
    readonly BARE_BOX_BYTES?: string
    readonly OPERATOR_NAME?: string
    readonly OPERATOR_CONTACT?: string
    readonly OPERATOR_KEY?: string
  }

  interface GlobalProps {
    mainModule: typeof import('../../../worker/main.ts')
  }
}
