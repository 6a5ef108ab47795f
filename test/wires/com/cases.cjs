/** Cases for the automation wire under Windows; each answers with plain values. */
const path = require('node:path');

exports.cases = (build) => {
  const { ComApartment, ComArray, ComStatus, ByReference, Typed, asShort, asFloat, asDouble, comTypes } = require(
    path.join(build, 'wires'),
  );
  const apartment = new ComApartment();
  const values = apartment.create('Eucentric.Values');
  const tidily = (work) => () => apartment.tidily(work);
  /** Number of living objects of the server, without those that count them. */
  const living = () => values.get('Living');
  const echo = (value) => values.call('Echo', value);
  const typeOf = (value) => values.call('TypeOf', value);

  return {
    'dictionary of Windows': tidily(() => {
      const dictionary = apartment.create('Scripting.Dictionary');
      const empty = dictionary.get('Count');
      dictionary.call('Add', 'Höhe', 1.5);
      dictionary.put('Item', 42, 'Ω');
      dictionary.call('Add', 7, 'seven');
      return {
        empty,
        count: dictionary.get('Count'),
        height: dictionary.get('Item', 'Höhe'),
        ohm: dictionary.get('item', 'Ω'),
        seven: dictionary.get('Item', 7),
        exists: [dictionary.call('Exists', 'Ω'), dictionary.call('Exists', 'no')],
        keys: dictionary.items(),
        all: dictionary.call('Items').elements,
      };
    }),
    'dictionary refuses': tidily(() => {
      const dictionary = apartment.create('Scripting.Dictionary');
      dictionary.call('Add', 'one', 1);
      dictionary.call('Add', 'one', 1);
    }),
    'files of Windows': tidily(() => {
      const files = apartment.create('Scripting.FileSystemObject');
      const folder = files.call('GetFolder', 'C:\\windows');
      return {
        name: folder.get('Name'),
        exists: files.call('FolderExists', 'C:\\windows'),
        join: files.call('BuildPath', 'C:\\a', 'b'),
      };
    }),
    'a document of Windows': tidily(() => {
      const document = apartment.create('MSXML2.DOMDocument');
      document.put('async', false);
      const loaded = document.call('loadXML', '<a><b c="1"/><b c="2"/></a>');
      const list = document.call('getElementsByTagName', 'b');
      const texts = list.items().map((each) => each.call('getAttribute', 'c'));
      return { loaded, length: list.get('length'), second: list.get('item', 1).get('xml'), texts };
    }),
    'a shell of Windows': tidily(() => apartment.create('WScript.Shell').call('ExpandEnvironmentStrings', '%WINDIR%')),
    'no such program': () => apartment.create('Eucentric.Nothing'),
    'an unregistered class': () => apartment.create('{12345678-0000-0000-0000-000000000001}'),
    'a class by its number': tidily(() => apartment.create('{3C1F9A10-5C1D-4D0E-9B2E-6E7563656E01}').get('ReadOnly')),

    types: () => ({
      whole: typeOf(5),
      negative: typeOf(-5),
      large: typeOf(2 ** 31),
      broken: typeOf(0.5),
      text: typeOf('a'),
      truth: typeOf(true),
      big: typeOf(5n),
      absent: typeOf(undefined),
      short: typeOf(asShort(5)),
      float: typeOf(asFloat(5)),
      double: typeOf(asDouble(5)),
      object: typeOf(values),
      nothing: typeOf(new Typed(comTypes.object, undefined)),
      array: typeOf(new ComArray(comTypes.i4, [1], new Int32Array([1]))),
      reference: typeOf(new ByReference(comTypes.r8, 1)),
    }),
    echoes: () =>
      [
        0,
        -1,
        2147483647,
        -2147483648,
        2147483648,
        0.1,
        -0,
        NaN,
        Infinity,
        1e-300,
        '',
        'µm °β',
        'a\0b',
        true,
        false,
        9007199254740993n,
        undefined,
      ].map(echo),
    'echoes by type': () => ({
      short: echo(asShort(-32768)),
      float: echo(asFloat(0.1)),
      double: echo(asDouble(3)),
      u1: echo(new Typed(comTypes.u1, 255)),
      i1: echo(new Typed(comTypes.i1, -128)),
      u2: echo(new Typed(comTypes.u2, 65535)),
      u4: echo(new Typed(comTypes.u4, 4294967295)),
      u8: echo(new Typed(comTypes.u8, 18446744073709551615n)),
      date: echo(new Typed(comTypes.date, 2.5)),
      status: values.call('Status', 0x80004005) instanceof ComStatus && values.call('Status', 0x80004005).result,
    }),
    'too large for its type': () => echo(asShort(40000)),
    'text for a number': () => echo(new Typed(comTypes.i4, 'a')),
    order: () => ({ difference: values.call('Subtract', 10, 3), count: values.call('Count', 1, 'b', undefined, 4) }),
    converted: () => ({
      double: values.call('Convert', 5, comTypes.r8),
      text: values.call('Convert', 5, comTypes.text),
      float: values.call('Convert', 2.5, comTypes.r4),
    }),
    'answers by reference': () => {
      const half = new ByReference(comTypes.r8, 0);
      const quarter = new ByReference(comTypes.i4, 0);
      const other = new ByReference(comTypes.variant);
      const text = new ByReference(comTypes.text, 'before');
      values.call('Halves', 10, half, quarter);
      values.call('Halves', 10, new ByReference(comTypes.i2, 0), other);
      values.call('Spell', text);
      const spelt = new ByReference(comTypes.variant, 'before');
      values.call('Spell', spelt);
      return { half: half.value, quarter: quarter.value, other: other.value, text: text.value, spelt: spelt.value };
    },
    'arrays read': () =>
      Object.fromEntries(
        ['i2', 'u2', 'i4', 'u4', 'r4', 'r8', 'u1', 'text', 'variant', 'bool'].map((type) => {
          const { lengths, lowest, elements } = values.call('Ramp', comTypes[type], 3, 2, 5);
          return [type, { lengths, lowest, elements }];
        }),
      ),
    'arrays sent': () => {
      const sent = new ComArray(comTypes.i4, [3, 2], new Int32Array([0, 1, 2, 10, 11, 12]));
      const texts = new ComArray(comTypes.text, [2], ['a', 'b']);
      const mixed = new ComArray(comTypes.variant, [3], [1, 'two', false]);
      const back = echo(sent);
      return {
        at: values.call('ElementAt', sent, 2, 1),
        lengths: back.lengths,
        elements: back.elements,
        texts: echo(texts).elements,
        mixed: echo(mixed).elements,
      };
    },
    'array of the wrong length': () => echo(new ComArray(comTypes.i4, [3], new Int32Array(2))),
    'an image': () => {
      const { lengths, elements } = values.call('Image', 4096, 4096);
      return {
        lengths,
        last: elements[elements.length - 1],
        middle: elements[5000000],
        bytes: elements.byteLength,
      };
    },
    properties: () => {
      values.put('Named', 2.5, 'a');
      values.put('Named', 7, 'b');
      return {
        a: values.get('Named', 'a'),
        b: values.get('Named', 'b'),
        has: [values.has('named'), values.has('Nonsense')],
      };
    },
    'a property that can only be read': () => values.put('ReadOnly', 1),
    'a member that is not there': () => values.get('Nonsense'),
    'too few values': () => values.call('Subtract', 1),
    'a value of the wrong type': () => values.call('Subtract', 'x', 1),
    'a refusal': () => values.call('Fail', 0x80040201, 'the valves are closed'),
    'a refusal that explains itself late': () => values.call('Fail', 0x80040201, 'not now', true),
    'a failure without words': () => values.call('Fail', 0x80004005),
    'a busy server': () => values.call('Fail', 0x8001010a),
    'a server that has gone': () => values.call('Fail', 0x800706ba),
    'no permission': () => values.call('Fail', 0x80070005),
    'a value out of range': () => values.call('Fail', 0x8004fffd, 'clipped'),
    'works after failures': () => values.call('Subtract', 2, 1),
    'objects are let go': () => {
      const before = living();
      const counts = [];
      const child = values.get('Child');
      const grandchild = child.get('Child');
      counts.push(living() - before);
      grandchild.release();
      grandchild.release();
      counts.push(living() - before);
      child.release();
      counts.push(living() - before);
      for (let time = 0; time < 200; time++) apartment.tidily(() => void values.get('Child').get('Child').get('Child'));
      counts.push(living() - before);
      const kept = apartment.tidily(() => values.get('Child').get('Child'));
      counts.push(living() - before);
      kept.release();
      apartment.tidily(() => void values.get('List').items());
      apartment.tidily(() => void echo(values.get('Child')));
      const array = new ComArray(comTypes.variant, [1], [values]);
      apartment.tidily(() => echo(array));
      counts.push(living() - before);
      return { counts, held: apartment.held };
    },
    'nothing for an object': () => values.get('Missing'),
    references: () => {
      const before = living();
      apartment.tidily(() => {
        const child = values.get('Child');
        child.put('Named', 3, 'x');
        values.putReference('Reference', child);
      });
      const during = living() - before;
      const found = apartment.tidily(() => values.get('Reference').get('Named', 'x'));
      values.putReference('Reference', new Typed(comTypes.object, undefined));
      return { during, found, after: living() - before, nothing: values.get('Reference') };
    },
    'references that are given in one way only': () => {
      const child = values.get('Child');
      child.put('Named', 4, 'x');
      values.put('OnlyReference', child);
      const found = apartment.tidily(() => values.get('Reference').get('Named', 'x'));
      values.putReference('Reference', new Typed(comTypes.object, undefined));
      child.release();
      return found;
    },
    collections: tidily(() => {
      const list = values.get('List');
      const [one, two, three] = list.items();
      return { count: list.get('Count'), one, two, three: three.get('ReadOnly'), second: list.get('Item', 1) };
    }),
    'no collection': () => values.items(),
    'an object after it was let go': () => {
      const child = values.get('Child');
      child.release();
      return child.get('ReadOnly');
    },
    'two apartments on one thread': () => {
      const other = new ComApartment();
      const before = living();
      const child = other.create('Eucentric.Values').get('Child');
      const during = living() - before;
      other.close();
      other.close();
      return { during, after: living() - before, works: values.get('ReadOnly'), gone: child.name };
    },
  };
};
