import { BOX_JSON_FIELD } from '#client/box/well-known.ts'

const PATH = '/.well-known/sealdrop/box.json'
const [NAME, VALUE] = BOX_JSON_FIELD.split(': ')

/** How common web servers are told to let pages of others read `box.json`, and that file alone. */
export const ALLOW_EXAMPLES: string = [
  '# nginx',
  `location = ${PATH} {`,
  `  add_header ${NAME} "${VALUE}";`,
  '}',
  '',
  '# Apache, with mod_headers',
  `<Location "${PATH}">`,
  `  Header set ${NAME} "${VALUE}"`,
  '</Location>',
  '',
  '# Caddy',
  `header ${PATH} ${NAME} "${VALUE}"`,
  '',
  '# a file _headers, as Cloudflare and Netlify read it',
  PATH,
  `  ${BOX_JSON_FIELD}`,
].join('\n')
