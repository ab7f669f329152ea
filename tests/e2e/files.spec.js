// Files out and in: what is exported in one browser is imported into another, whole or not at all.
import { expect, test } from './fixtures/site.js';

test.describe.configure({ mode: 'parallel' });
test('placeholder', () => {});
