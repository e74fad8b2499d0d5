// `node tools/figures.ts [FOLDER]`: the figures by which the structure of the code is compared before and after a change. It
// judges nothing. FOLDER is another checkout of this project.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync, visitorKeys, type Node, type Program } from 'oxc-parser'
import { ROOT } from './bundle.ts'
import { listSources } from './files.ts'

/** One source file, parsed. */
interface Source {
  readonly path: string
  readonly text: string
  readonly program: Program
  /** The project's own files that it imports; `isValue` if it needs them when it runs. */
  readonly imports: readonly { readonly path: string; readonly isValue: boolean }[]
}

/** A function and its length, named after the variable, property or method that holds it. */
export interface Length {
  readonly name: string
  readonly path: string
  readonly line: number
  readonly lines: number
}

/** @param root - the top folder of the project. @param paths - files, relative to it */
export function readSources(root: string, paths: readonly string[]): Source[] {
  return paths.map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const { program, module } = parseSync(path, text)
    const asStatic = [
      ...module.staticImports.map(({ moduleRequest, entries }) => ({
        name: moduleRequest.value,
        isValue: entries.length === 0 || entries.some(({ isType }) => !isType),
      })),
      ...module.staticExports.flatMap(({ entries }) =>
        entries.flatMap(({ moduleRequest, isType }) =>
          moduleRequest === null ? [] : [{ name: moduleRequest.value, isValue: !isType }],
        ),
      ),
    ]
    const asDynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) => text.slice(start + 1, end - 1))
    const asType = text.includes('import(')
      ? nodesOf(program).flatMap(([node]) => (node.type === 'TSImportType' ? [node.source.value] : []))
      : []
    const later = [...asDynamic, ...asType].map((name) => ({ name, isValue: false }))
    const imports = [...asStatic, ...later].flatMap(({ name, isValue }) => {
      const target = name.startsWith('#') ? name.slice(1) : name.startsWith('.') ? join(dirname(path), name) : undefined
      return target === undefined ? [] : [{ path: target, isValue }]
    })
    return { path, text, program, imports }
  })
}

/** Names that more than one file declares and exports, with the files. @param kind - types and classes, or the rest */
export function findAmbiguous(
  sources: readonly Source[],
  kind: Kind,
): { names: number; ambiguous: Map<string, string[]> } {
  const homes = new Map<string, string[]>()
  for (const { path, program } of sources)
    for (const name of exportedNames(program, kind)) homes.set(name, [...(homes.get(name) ?? []), path])
  return { names: homes.size, ambiguous: new Map([...homes].filter(([, paths]) => paths.length > 1)) }
}

type Kind = 'types' | 'values'

/** The names that a file declares and exports. */
export function exportedNames(program: Program, kind: Kind): string[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) return []
    const { declaration } = statement
    if ((kind === 'types') !== TYPES.has(declaration.type)) return []
    const named = declaration.type === 'VariableDeclaration' ? declaration.declarations : [declaration]
    return named.flatMap(({ id }) => (id?.type === 'Identifier' ? [id.name] : []))
  })
}

const TYPES: ReadonlySet<string> = new Set(['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ClassDeclaration'])

/** Files that reach each other by imports: strongly connected components of more than one file (Tarjan 1972). */
export function findCircles(sources: readonly Source[], kind: 'values' | 'any'): string[][] {
  const next = new Map(
    sources.map(({ path, imports }) => [path, imports.filter((one) => kind === 'any' || one.isValue)]),
  )
  const order = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (path: string): number => {
    const index = order.size
    let lowest = index
    order.set(path, index)
    stack.push(path)
    for (const { path: target } of next.get(path) ?? []) {
      if (!next.has(target)) continue
      const seen = order.get(target)
      if (seen === undefined) lowest = Math.min(lowest, visit(target))
      else if (stack.includes(target)) lowest = Math.min(lowest, seen)
    }
    if (lowest === index) {
      const circle = stack.splice(stack.indexOf(path))
      if (circle.length > 1) circles.push(circle.toSorted())
    }
    return lowest
  }
  for (const path of next.keys()) if (!order.has(path)) visit(path)
  return circles
}

/** Every function of a file, nested ones included. */
export function functionsOf({ path, text, program }: Source): Length[] {
  return nodesOf(program)
    .filter(([{ type }]) => FUNCTIONS.has(type))
    .map(([{ start, end }, name]) => ({
      path,
      line: text.slice(0, start).split('\n').length,
      name,
      lines: text.slice(start, end).split('\n').length,
    }))
}

/** A node and all below it, each with the name of the nearest declaration around it. */
function nodesOf(node: Node, name: string = 'a callback'): [node: Node, name: string][] {
  const own = nameOf(node) ?? name
  const children = (visitorKeys[node.type] ?? []).flatMap(
    (key) => (node as unknown as Readonly<Record<string, Node | null | undefined | (Node | null)[]>>)[key],
  )
  return [
    [node, own],
    ...children.flatMap((child) => (child === null || child === undefined ? [] : nodesOf(child, own))),
  ]
}

function nameOf(node: Node): string | undefined {
  const named = 'id' in node ? node.id : 'key' in node ? node.key : undefined
  return named?.type === 'Identifier' ? named.name : undefined
}

const FUNCTIONS: ReadonlySet<string> = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'])

/** Folders of the product and of its tools; tests are counted apart. */
const FOLDERS = ['protocol', 'client', 'worker', 'web', 'cli', 'drill', 'reference', 'tools', 'bench', 'test']

/** The longest function that lint takes. */
const CAP = 80

function main(root: string): void {
  const paths = listSources(root).filter((path) => /\.(?:tsx?|m?js)$/.test(path))
  const sources = readSources(root, paths)
  const product = sources.filter(({ path }) => !path.startsWith('test/'))

  console.log('folder        files    lines')
  for (const folder of FOLDERS) {
    const own = sources.filter(({ path }) => path.startsWith(`${folder}/`))
    const lines = own.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0)
    console.log(`${folder.padEnd(12)}${String(own.length).padStart(7)}${String(lines).padStart(9)}`)
  }

  for (const kind of ['types', 'values'] as const) {
    const { names, ambiguous } = findAmbiguous(product, kind)
    console.log(`\nexported ${kind} whose name stands for several things: ${ambiguous.size} of ${names}`)
    for (const [name, homes] of ambiguous) console.log(`  ${name}: ${homes.join(', ')}`)
  }

  for (const kind of ['values', 'any'] as const) {
    const circles = findCircles(product, kind)
    console.log(`\nimport circles of ${kind === 'any' ? 'any kind' : 'values'}: ${circles.length}`)
    for (const circle of circles) console.log(`  ${circle.length}: ${circle.join(', ')}`)
  }

  const functions = sources.flatMap((source) => functionsOf(source)).toSorted((a, b) => b.lines - a.lines)
  const long = functions.filter(({ lines }) => lines > CAP)
  console.log(`\nfunctions: ${functions.length}; over ${CAP} lines: ${long.length}`)
  for (const { name, path, line, lines } of long.length > 0 ? long : functions.slice(0, 1))
    console.log(`  ${lines}  ${name} (${path}:${line})`)
}

if (import.meta.main) main(process.argv[2] ?? ROOT)
