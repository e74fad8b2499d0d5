import { build as esbuild, type Metafile, type Plugin } from 'esbuild'
import { readFileSync } from 'node:fs'
import { ROOT } from './bundle.ts'
import { integrityOf } from './integrity.ts'

/** The script and the sheet of a page that loads neither. */
export interface Inline {
  readonly script: string
  readonly style: string
  /** The hashes of both as CSP spells them: `'sha256-…'`. */
  readonly hashes: { readonly script: string; readonly style: string }
  readonly meta: Metafile
}

/** Bundles `main.tsx` and `main.css` of a folder into one script and one sheet. The same sources give the same bytes. */
export async function bundleInline(folder: string, plugins: readonly Plugin[]): Promise<Inline> {
  const { metafile, outputFiles } = await esbuild({
    absWorkingDir: ROOT,
    bundle: true,
    charset: 'utf8',
    entryPoints: [
      { in: `${folder}/main.tsx`, out: 'main' },
      { in: `${folder}/main.css`, out: 'main' },
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
    plugins: [...plugins],
    // As in tools/bundle.ts: otherwise the metafile would contain the path of a linked node_modules.
    preserveSymlinks: true,
    target: 'es2023',
    write: false,
  })
  const [script = '', style = ''] = ['.js', '.css'].map((kind) =>
    checkInline(outputFiles.flatMap(({ path, text }) => (path.endsWith(kind) ? [text.trimEnd()] : [])).join('')),
  )
  const hashes = { script: `'${integrityOf(script)}'`, style: `'${integrityOf(style)}'` }
  return { script, style, hashes, meta: metafile }
}

/**
 * `page.html` of a folder, with `<!-- name -->` replaced by the value of that name, and `<!-- script -->` and `<!-- style -->`
 * by the bundles.
 * @throws Error for a name without a value
 */
export function fillPage(folder: string, inline: Inline, values: Readonly<Record<string, string>>): string {
  const all: Readonly<Record<string, string>> = {
    ...values,
    script: `<script type="module">${inline.script}</script>`,
    style: `<style>${inline.style}</style>`,
  }
  return readFileSync(`${ROOT}${folder}/page.html`, 'utf8').replaceAll(/<!-- (\w+) -->/g, (_, name: string) => {
    const value = all[name]
    if (value === undefined) throw new Error(`${folder}/page.html asks for ${name}, and there is none.`)
    return value
  })
}

/** @throws Error for text that an HTML parser would end early or change, and with it its hash. HTML §13.2.5.15, §13.2.3.5 */
function checkInline(text: string): string {
  const found = /<\/(?:script|style)|<!--|\r|\0/i.exec(text)
  if (text === '' || found !== null) throw new Error(`The inline text contains ${JSON.stringify(found?.[0])}.`)
  return text
}
