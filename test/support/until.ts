export { longestWait, resourcesOpen, someTurns, until, untilNothingIsOpen } from '../../testing/until';
