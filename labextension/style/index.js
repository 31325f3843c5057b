import './pill.css';
