import { type MenuItem, type Run, menuItem } from '../../../core/kernel';
import { Settings } from '../../../core/settings';
import type { CalibrationResult } from '../../../core/store';

/** Sets the mesh of the grid whose bars are to be measured instead of a grating, for this session. */
@menuItem({
  id: 'calibrations/pixel-size/mesh-for-grid-bars',
  menu: ['Pixel Size'],
  label: 'Mesh for Grid Bars',
  summary: 'Sets the mesh for measuring the pixel size from grid bars.',
  anytime: true,
  touchesNothing: true,
  needs: [Settings],
  questions: [{ id: 'mesh', kind: 'number', summary: 'Openings per inch; 0 measures gratings again.' }],
  results: { mesh: 'The mesh now in force; 0 is none.' },
  units: { mesh: 'per inch' },
})
export default class MeshForGridBars implements MenuItem {
  constructor(private readonly settings: Settings) {}

  async run(run: Run): Promise<CalibrationResult> {
    const mesh = await run.operator.number({
      id: 'mesh',
      text: 'Mesh of the grid whose bars are to be measured (0 for none; the usual replica grating is on 400 mesh)',
      unit: 'per inch',
      default: this.settings.get('GridMeshSize'),
      minimum: 0,
      integer: true,
    });
    this.settings.set('GridMeshSize', mesh);
    run.operator.log(
      mesh > 0
        ? `Find Pixel Size measures the bars of a ${mesh} mesh grid. Set the mesh back to 0 for gratings.`
        : 'Find Pixel Size does not measure grid bars.',
    );
    return run.report({ summary: mesh > 0 ? `Grid bars of ${mesh} mesh.` : 'No grid bars.', values: { mesh } });
  }
}
