import { build as esbuild, type Metafile, type Plugin } from 'esbuild'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { leaveOutUnusedRecipients, ROOT } from './bundle.ts'
import { collectLicenses } from './licenses.ts'

/** The client as one file that is opened from disk, and what it is made of. */
export interface OfflineClient {
  /** Below dist/. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly meta: Metafile
}

/**
 * Bundles the page into one file that loads nothing: one script and one sheet, both inside it and named by their hashes in
 * its policy. The same sources give the same bytes. docs/decisions/0017.
 */
export async function makeOffline(): Promise<OfflineClient> {
  const { metafile, outputFiles } = await esbuild({
    absWorkingDir: ROOT,
    bundle: true,
    charset: 'utf8',
    entryPoints: [
      { in: 'web/offline/main.tsx', out: 'main' },
      { in: 'web/offline/main.css', out: 'main' },
    ],
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    minify: true,
    outdir: 'dist',
    platform: 'browser',
    plugins: [leaveOutUnusedRecipients, leaveOutServed],
    target: 'es2023',
    write: false,
  })
  const [script = '', style = ''] = ['.js', '.css'].map((kind) =>
    outputFiles.flatMap(({ path, text }) => (path.endsWith(kind) ? [text.trimEnd()] : [])).join(''),
  )
  const values: Readonly<Record<string, string>> = {
    licenses: `<template id="licenses"><pre>${escape(collectLicenses(metafile))}</pre></template>`,
    policy: `<meta http-equiv="Content-Security-Policy" content="${escape(offlinePolicy(script, style))}" />`,
    script: `<script type="module">${checkInline(script)}</script>`,
    style: `<style>${checkInline(style)}</style>`,
  }
  const page = readFileSync(`${ROOT}web/offline/page.html`, 'utf8').replaceAll(/<!-- (\w+) -->/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`web/offline/page.html asks for ${name}, and there is none.`)
    return value
  })
  return { path: 'sealdrop.html', bytes: Buffer.from(page), meta: metafile }
}

/**
 * What the file may do: run this one script, and ask servers. Which one is not known yet, so that here, other than where the page is
 * served, the policy does not keep it from asking others.
 */
function offlinePolicy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'connect-src https: http://localhost:*',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

/** CSP 3 §2.3.1. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** @throws Error for what a parser of HTML would end early or change, so that the hash would be another. HTML, §13.2.5.15, §13.2.3.5. */
function checkInline(text: string): string {
  const found = /<\/(?:script|style)|<!--|\r|\0/i.exec(text)
  if (text === '' || found !== null) throw new Error(`What goes into the file holds ${JSON.stringify(found?.[0])}.`)
  return text
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

const leaveOutServed: Plugin = {
  name: 'leave-out-served',
  setup(build) {
    build.onResolve({ filter: /\/workshop-frame\.ts$/ }, () => ({ path: `${ROOT}web/offline/no-workshop.ts` }))
    build.onResolve({ filter: /\/boxes\/tabs\.ts$|^\.\/tabs\.ts$/ }, () => ({ path: `${ROOT}web/offline/no-tabs.ts` }))
  },
}
