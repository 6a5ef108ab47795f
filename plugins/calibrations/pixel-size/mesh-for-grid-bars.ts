import { defineItem, value } from '../../../core/kernel';
import { Settings } from '../../../core/settings';

/** Sets the mesh of the grid whose bars are measured instead of a grating, for this session. */
export default defineItem({
  id: 'calibrations/pixel-size/mesh-for-grid-bars',
  needs: { settings: Settings },
  questions: {
    mesh: {
      kind: 'number',
      unit: 'per inch',
      minimum: 0,
      integer: true,
      why: 'The spacing of the bars follows from the openings per inch. 0 goes back to gratings.',
    },
  },
  results: { mesh: value.quantity('The mesh now in use; 0 is none.', { unit: 'per inch' }) },
  anytime: true,
  forecast: 'nothing',
  async run({ settings }, run) {
    const text = 'Mesh of the grid whose bars are measured (0 for none; the usual replica grating is on 400 mesh)';
    const mesh = await run.ask('mesh', { text, default: settings.get('GridMeshSize') });
    settings.set('GridMeshSize', mesh);
    run.operator.log(
      mesh > 0
        ? `Find Pixel Size measures the bars of a ${mesh} mesh grid. Set the mesh back to 0 for gratings.`
        : 'Find Pixel Size does not measure grid bars.',
    );
    run.operator.log('This holds until the program ends; GridMeshSize in the configuration keeps it.');
    return run.report({ summary: mesh > 0 ? `Grid bars of ${mesh} mesh.` : 'No grid bars.', values: { mesh } });
  },
});
