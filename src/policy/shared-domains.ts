/**
 * Domains below which anyone may take a name. A dated table, kept by hand from the private section of the Public Suffix List and the
 * vendors' own documentation, July 2026; the list has thousands of entries, and these are the ones people host pages or open tunnels on.
 */
export interface SharedDomain {
  readonly domain: string;
  /** `tunnel`: names are handed out for minutes and then to somebody else. `hosting`: a name stays with a project until it is given up. */
  readonly kind: 'tunnel' | 'hosting';
  readonly vendor: string;
}

const tunnels = (vendor: string, ...domains: readonly string[]): readonly SharedDomain[] =>
  domains.map((domain) => ({ domain, kind: 'tunnel', vendor }));
const hosting = (vendor: string, ...domains: readonly string[]): readonly SharedDomain[] =>
  domains.map((domain) => ({ domain, kind: 'hosting', vendor }));

export const SHARED_DOMAINS: readonly SharedDomain[] = [
  ...tunnels('ngrok', 'ngrok.io', 'ngrok.app', 'ngrok.dev', 'ngrok.pro', 'ngrok-free.app', 'ngrok-free.dev', 'ngrok-free.pro'),
  ...tunnels('Cloudflare Tunnel', 'trycloudflare.com'),
  ...tunnels('localtunnel', 'loca.lt', 'localtunnel.me'),
  ...tunnels('Visual Studio dev tunnels', 'devtunnels.ms'),
  ...tunnels('localhost.run', 'lhr.life', 'localhost.run'),
  ...tunnels('Serveo', 'serveo.net', 'serveousercontent.com'),
  ...tunnels('Pinggy', 'pinggy.link', 'pinggy.io'),
  ...tunnels('GitHub Codespaces', 'github.dev'),
  ...tunnels('Gitpod', 'gitpod.io'),
  ...tunnels('StackBlitz', 'webcontainer.io', 'stackblitz.io'),
  ...tunnels('CodeSandbox', 'csb.app', 'codesandbox.io'),
  ...hosting('Vercel', 'vercel.app', 'now.sh', 'v0.build'),
  ...hosting('Netlify', 'netlify.app'),
  ...hosting('GitHub Pages', 'github.io', 'githubpreview.dev'),
  ...hosting('GitLab Pages', 'gitlab.io'),
  ...hosting('Cloudflare', 'pages.dev', 'workers.dev', 'r2.dev'),
  ...hosting('Firebase', 'web.app', 'firebaseapp.com'),
  ...hosting('Google Cloud', 'run.app', 'appspot.com'),
  ...hosting('Fly.io', 'fly.dev'),
  ...hosting('Render', 'onrender.com'),
  ...hosting('Railway', 'railway.app'),
  ...hosting('Heroku', 'herokuapp.com'),
  ...hosting('Azure', 'azurewebsites.net', 'azurestaticapps.net', 'azurecontainerapps.io'),
  ...hosting('AWS', 'amplifyapp.com', 'awsapprunner.com', 'cloudfront.net', 'elasticbeanstalk.com'),
  ...hosting('DigitalOcean', 'ondigitalocean.app'),
  ...hosting('Deno Deploy', 'deno.dev', 'deno.net'),
  ...hosting('Surge', 'surge.sh'),
  ...hosting('Tailscale', 'ts.net'),
  ...hosting('Hugging Face', 'hf.space'),
  ...hosting('Streamlit', 'streamlit.app'),
  ...hosting('Replit', 'replit.app', 'replit.dev', 'repl.co'),
  ...hosting('Glitch', 'glitch.me'),
  ...hosting('Lovable', 'lovable.app'),
  ...hosting('Blogger', 'blogspot.com'),
];

const BY_DOMAIN = new Map(SHARED_DOMAINS.map((row) => [row.domain, row]));

/** The shared domain that a domain is, or lies below. */
export function sharedDomainOf(domain: string): SharedDomain | null {
  const labels = domain.split('.');
  for (let from = 0; from < labels.length; from++) {
    const row = BY_DOMAIN.get(labels.slice(from).join('.'));
    if (row) return row;
  }
  return null;
}
