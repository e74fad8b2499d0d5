import { readFileSync } from 'node:fs'
import type { Metafile } from 'esbuild'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { integrityOf } from '../../tools/integrity.ts'
import { staticImports } from '../../tools/preload.ts'
import { outputOf } from '../../tools/pages.ts'
import { launchChromium } from '../../tools/browser.ts'
import { startServer, type Server } from '../tools/server.ts'

const META = JSON.parse(readFileSync(`${ROOT}dist/meta/web.json`, 'utf8')) as Metafile
const PAGE = readFileSync(`${ROOT}dist/web/index.html`, 'utf8')
const [, MAP = ''] = /<script type="importmap">(.*)<\/script>/.exec(PAGE) ?? []
const APP = addressOf('web/main.tsx')

let server: Server
let browser: Browser
beforeAll(async () => {
  ;[server, browser] = await Promise.all([startServer(), launchChromium()])
})
afterAll(async () => {
  await browser.close()
  await server.close()
})

test('the page names every script by its hash, and the policy names the list', async () => {
  const { integrity } = JSON.parse(MAP) as { integrity: Readonly<Record<string, string>> }
  for (const [path, hash] of Object.entries(integrity))
    expect([path, hash]).toEqual([path, integrityOf(readFileSync(`${ROOT}dist/web${path}`))])
  expect(Object.keys(integrity)).toEqual(
    expect.arrayContaining([APP, addressOf('web/pages/link/sealed.tsx'), addressOf('web/pages/box/start.tsx')]),
  )
  const { headers } = await fetch(server.url)
  expect(headers.get('Content-Security-Policy')).toContain(`script-src 'self' '${integrityOf(MAP)}';`)
})

test('unchanged, everything loads', async () => {
  const { page, said } = await visit()
  await page.getByRole('textbox').first().waitFor()
  expect(await importing(page, addressOf('web/pages/link/sealed.tsx'))).toBe('it runs')
  expect(said).toEqual([])
  await page.close()
})

const FIRST = staticImports(META, outputOf(META, 'web/main.tsx'))[0]?.replace(/^dist\/web/, '') ?? ''

test.for([
  ['the first script', APP],
  ['a script that it imports', FIRST],
])('%s, changed by a byte, does not run', async ([, path]) => {
  const { page, said } = await visit(path)
  await expect.poll(() => said.join()).toContain('integrity')
  // Only the part of the page that needs no script.
  await page.getByRole('heading', { level: 1, name: 'Sealdrop has not started' }).waitFor({ state: 'visible' })
  const drawn = await page.locator('#app > *').evaluateAll((all) => all.map(({ className }) => className))
  expect(drawn).toEqual(['page unstarted'])
  await page.close()
})

test('a script that is fetched later, changed by a byte, does not run', async () => {
  const later = addressOf('web/pages/link/sealed.tsx')
  const { page, said } = await visit(later)
  expect(await importing(page, later)).toContain('Failed to fetch dynamically imported module')
  await expect.poll(() => said.join()).toContain('integrity')
  await page.close()
})

test('the page names every script that its scripts import', () => {
  const { integrity } = JSON.parse(MAP) as { integrity: Readonly<Record<string, string>> }
  const named = Object.keys(integrity)
  const asked = named.flatMap((path) => importsOf(path, readFileSync(`${ROOT}dist/web${path}`, 'utf8')))
  expect([...new Set([APP, ...asked])].toSorted()).toEqual(named.toSorted())
})

test('a script that the page does not name does not run, though it is ours', async () => {
  const { page } = await visit()
  expect(await importing(page, addressOf('web/platform/host-frame.ts'))).toContain(
    'Failed to fetch dynamically imported module',
  )
  await page.close()
})

// WebKit, under the policy, refuses the target of an import statement unless something else has asked for it before.
test.for(['index.html', 'workshop.html'])('the imports of each script of %s are asked for before it', (name) => {
  const html = readFileSync(`${ROOT}dist/web/${name}`, 'utf8')
  const asked = new Set<string>()
  for (const [, path = ''] of html.matchAll(/<script\s+type="module"\s+src="([^"]+)"/g)) {
    expect([...comesWith(path)].filter((each) => !asked.has(each))).toEqual([path])
    asked.add(path)
  }
  expect(asked.size).toBeGreaterThan(0)
})

test('the imports of a script that is fetched later are asked for together with it', () => {
  const { integrity } = JSON.parse(MAP) as { integrity: Readonly<Record<string, string>> }
  const groups = Object.keys(integrity).flatMap((path) => {
    const script = readFileSync(`${ROOT}dist/web${path}`, 'utf8')
    return [...script.matchAll(BREATH)].map(([text]) => ({ path, asked: importsOf(path, text) }))
  })
  expect(groups.length).toBeGreaterThan(20)
  for (const { path, asked } of groups) {
    const there = new Set([...comesWith(path), ...asked])
    const missing = asked.flatMap((each) => [...comesWith(each)]).filter((each) => !there.has(each))
    expect([path, missing]).toEqual([path, []])
  }
})

test('a style sheet that was changed is not applied', async () => {
  const { page, said } = await visit(addressOf('web/style/main.css'))
  await expect.poll(() => said.join()).toContain('integrity')
  await page.close()
})

test('the script of the workshop, changed by a byte, does not run', async () => {
  const { page, said } = await visit(addressOf('web/platform/host-frame.ts'), '/workshop')
  await expect.poll(() => said.join()).toContain('integrity')
  await page.close()
})

/** @param changed - the file that gets one more byte on its way. */
async function visit(changed?: string, path = '/'): Promise<{ page: Page; said: string[] }> {
  const page = await browser.newPage()
  const said: string[] = []
  page.on('console', (message) => void said.push(message.text()))
  if (changed !== undefined)
    await page.route(server.url + changed, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: `${await response.text()} ` })
    })
  await page.goto(server.url + path)
  return { page, said }
}

/** The result of an import in the page. As text: the test runner would rewrite a function that contains an import. */
function importing(page: Page, path: string): Promise<unknown> {
  return page.evaluate(`import(${JSON.stringify(path)}).then(() => 'it runs', String)`)
}

/** The paths that a script imports, as they are written in it. @throws Error for one that is made up at run time */
function importsOf(path: string, script: string): string[] {
  return [...script.matchAll(IMPORT)].map(([text, , specifier]) => {
    if (specifier === undefined) throw new Error(`${path} imports what it makes up: ${text}`)
    return new URL(specifier, new URL(path, server.url)).pathname
  })
}

/** A script and everything that its import statements load, directly or not. */
function comesWith(path: string): Set<string> {
  const all = new Set([path])
  // Iterating over a set also visits entries added meanwhile.
  for (const each of all) {
    const script = readFileSync(`${ROOT}dist/web${each}`, 'utf8').replaceAll(BREATH, '')
    for (const next of importsOf(each, script)) all.add(next)
  }
  return all
}

/** Imports at run time that are made together. */
const BREATH = /\bimport\("[^"]+"\)(?:,import\("[^"]+"\))*/g

const IMPORT = /\b(?:import|export)\s*(?:[\w*{},$\s]*?from)?\s*(?:\(\s*)?(["'`])([^"'`$]+)\1|\bimport\s*\(/g

function addressOf(source: string): string {
  return outputOf(META, source).replace(/^dist\/web/, '')
}
