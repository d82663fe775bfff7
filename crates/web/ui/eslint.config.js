import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['dist', 'node_modules', 'browser/screenshots'] },
  ...ts.configs.recommended,
  ...svelte.configs['flat/recommended'],
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // The router is ours (history API), not SvelteKit's.
      'svelte/no-navigation-without-resolve': 'off',
      // Maps are made anew and replaced ($state.raw, $derived), never changed in place.
      'svelte/prefer-svelte-reactivity': 'off',
      'max-lines': ['error', { max: 450 }],
    },
  },
);
