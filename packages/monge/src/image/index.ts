// Transport between pictures: colours, shapes, alignment.
export {};
