// How the web app is built: into `dist`, or into the folder that the crate's build script names.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const hub = process.env.KALENDS_HUB ?? 'http://127.0.0.1:8420';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: process.env.KALENDS_UI_OUT ?? 'dist',
    emptyOutDir: true,
    // No data: URLs, so that a strict Content-Security-Policy holds.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  // `npm run dev` with a hub running: the pages from here, the API from there.
  server: { proxy: Object.fromEntries(['/api', '/demo/', '/oauth', '/welcome', '/google/', '/microsoft/', '/caldav'].map((path) => [path, hub])) },
});
