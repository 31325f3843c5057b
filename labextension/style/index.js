import './pill.css';
import './popover.css';
