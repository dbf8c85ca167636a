/** Unit tests lie beside what they test; what needs a browser is in tests/ui. */
module.exports = {
  testEnvironment: 'jsdom',
  roots: ['<rootDir>/src'],
  testRegex: '\\.spec\\.ts$',
  transform: {
    '\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.spec.json' }],
    '\\.js$': ['ts-jest', { tsconfig: 'tsconfig.spec.json' }],
    '\\.svg$': '<rootDir>/jest.svg.cjs'
  },
  moduleNameMapper: {
    // Node.js has no workers of a page: what they do is done in place.
    '/startworker$': '<rootDir>/jest.worker.cjs',
    // What a browser gets of it is a module, which Node.js can't load.
    '^yaml$': require.resolve('yaml')
  },
  // These come as modules only.
  transformIgnorePatterns: [
    '/node_modules/(?!(@jupyterlab|@jupyter|@microsoft|lib0|y-protocols|yjs|nanoid|uuid)/)'
  ]
};
