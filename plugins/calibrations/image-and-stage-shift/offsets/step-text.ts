/** Text for the operator of Mag IS Offsets: place, next step, and how many magnifications are done and left. */
export function stepText(magnification: number, recorded: number, left: number): string {
  const below = left === 0 ? 'this is the lowest one' : `${left} lower ${left === 1 ? 'one' : 'ones'} can follow`;
  return `At ${magnification}x: centre the feature with image shift. ${recorded} recorded, ${below}.`;
}
