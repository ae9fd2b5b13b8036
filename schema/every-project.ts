/**
 * What a statement says that is about the rows of every project: true of each row, and the condition of the indexes
 * that do not begin with the project. Without it none of them is taken, whatever the planner believes of the values.
 */
export const everyProject = (column: string) => `length(${column}) >= 0`;
