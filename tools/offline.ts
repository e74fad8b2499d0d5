import type { Plugin } from 'esbuild'
import { leaveOutUnusedRecipients, ROOT } from './bundle.ts'
import { bundleInline, fillPage, type Inline } from './inline.ts'
import { collectLicenses } from './licenses.ts'

/** The client as one file to open from disk. */
export interface OfflineClient {
  /** Path below dist/. */
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Bundles the page into one file that loads nothing: script and sheet are inline, and its policy names their hashes. The same
 * sources give the same bytes. docs/decisions/0017.
 */
export async function makeOffline(): Promise<OfflineClient> {
  const inline = await bundleInline(FOLDER, [leaveOutUnusedRecipients, leaveOutServed])
  const page = fillPage(FOLDER, inline, {
    licenses: `<template id="licenses"><pre>${escape(collectLicenses(inline.meta))}</pre></template>`,
    policy: `<meta http-equiv="Content-Security-Policy" content="${escape(offlinePolicy(inline.hashes))}" />`,
  })
  return { path: 'sealdrop.html', bytes: Buffer.from(page) }
}

const FOLDER = 'web/offline'

/**
 * The file may run this one script, and send requests to servers. Its server is not known yet, so that this policy, unlike that of
 * the served page, does not restrict it to one.
 */
function offlinePolicy({ script, style }: Inline['hashes']): string {
  return [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    'connect-src https: http://localhost:*',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

const leaveOutServed: Plugin = {
  name: 'leave-out-served',
  setup(build) {
    const instead = (filter: RegExp, file: string): void =>
      build.onResolve({ filter }, () => ({ path: `${ROOT}web/offline/${file}` }))
    instead(/\/worker-host\.ts$/, 'no-worker-host.ts')
    instead(/\/platform\/tabs\.ts$/, 'no-tabs.ts')
    instead(/^\.\/published\.tsx$/, 'published.tsx')
  },
}
