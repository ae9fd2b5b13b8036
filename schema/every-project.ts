/**
 * Use this condition in statements over the rows of every project. It is true for each row, and it is the condition
 * of the indexes that do not begin with the project: without it the planner never uses them, whatever the values.
 */
export const everyProject = (column: string) => `length(${column}) >= 0`;
