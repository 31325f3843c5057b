/** Style sheets are imported by what they dress; the builder puts them into its chunk. */
declare module '*.css';
