import './pill.css';
import './popover.css';
import './cells.css';
