#!/usr/bin/env node
// What npm starts. It is written so that every Node can read it, and asks for the version before anything is loaded that an older one cannot read.
var version = process.versions.node;
if (Number(version.split('.')[0]) < 20) {
  console.error('mcpgen: this is Node ' + version + ' (' + process.execPath + '); mcpgen needs Node 20 or newer. Install one from https://nodejs.org, or `nvm install --lts`.');
  process.exit(2);
} else {
  import('./bin.js');
}
